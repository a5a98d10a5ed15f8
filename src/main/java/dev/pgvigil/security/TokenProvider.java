package dev.pgvigil.security;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Holds the current token. A token file is reread every ten seconds; if it is invalid, the previous token stays valid. */
@Singleton
final class TokenProvider {

    private static final Logger LOG = Logger.getLogger(TokenProvider.class);
    private static final String REREAD = "10s";

    private final TokenSource source;
    private final String host;
    private final Runnable replaced;

    private volatile @Nullable Token token;
    private @Nullable String error;

    @Inject
    TokenProvider(Config config, Sessions sessions) {
        this(config, () -> sessions.revoke(Identities.TOKEN::equals));
    }

    TokenProvider(Config config, Runnable replaced) {
        this.source = TokenSource.of(config);
        this.host = config.getValue("quarkus.http.host", String.class);
        this.replaced = replaced;
    }

    /** The token; null: none is configured, and pgvigil listens on loopback only. */
    @Nullable
    Token token() {
        return token;
    }

    // Before the HTTP server starts.
    void start(@Observes @Priority(2) StartupEvent event) {
        token = source.read();
    }

    /** Stops the start if other machines could connect and nobody had to authenticate. */
    void requireLoopback() {
        ListenAddress.requireLoopback(host);
        LOG.warnf(
                "PGVIGIL_TOKEN is not set: listening on %s only, without authentication for users of this machine."
                        + " Set a token, or users in security.users, to listen on all addresses.",
                host);
    }

    /** Runs on a worker thread, because it reads a file. */
    @Scheduled(every = REREAD, delayed = REREAD, concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void rereadFile() {
        if (source.file() != null) {
            reread();
        }
    }

    @Nullable
    Token reread() {
        try {
            Token read = source.read();
            if (read != null && !read.equals(token)) {
                token = read;
                LOG.info("the token file has a new token: it is now used, and all sessions have ended");
                replaced.run();
            }
            error = null;
        } catch (ConfigurationException e) {
            if (!String.valueOf(e.getMessage()).equals(error)) {
                error = e.getMessage();
                LOG.errorf("the token file is rejected, the previous token stays valid: %s", error);
            }
        }
        return token;
    }
}
