package dev.pgvigil.security;

import dev.pgvigil.http.TokenReplaced;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Holds the token in force. A token file is read again every ten seconds; a bad one leaves the old token in force. */
@Singleton
final class TokenProvider {

    private static final Logger LOG = Logger.getLogger(TokenProvider.class);
    private static final String REREAD = "10s";

    private final TokenSource source;
    private final String host;
    private final Runnable replaced;

    private volatile @Nullable Token token;
    private @Nullable String complaint;

    @Inject
    TokenProvider(Config config, Event<TokenReplaced> replaced) {
        this(config, () -> replaced.fire(new TokenReplaced()));
    }

    TokenProvider(Config config, Runnable replaced) {
        this.source = TokenSource.of(config);
        this.host = config.getValue("quarkus.http.host", String.class);
        this.replaced = replaced;
    }

    /** The token; null: none is configured, and we listen on loopback only. */
    @Nullable
    Token token() {
        return token;
    }

    // Before anything listens.
    void start(@Observes @Priority(2) StartupEvent event) {
        token = source.read();
        if (token == null) {
            ListenAddress.requireLoopback(host);
            LOG.warnf(
                    "No PGVIGIL_TOKEN is set: listening on %s only, open to everybody on this machine."
                            + " Set a token to listen on all addresses.",
                    host);
        }
    }

    /** On a worker: it reads a file. */
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
                LOG.info("the token file holds a new token: it is in force, and all sessions have ended");
                replaced.run();
            }
            complaint = null;
        } catch (ConfigurationException e) {
            if (!String.valueOf(e.getMessage()).equals(complaint)) {
                complaint = e.getMessage();
                LOG.errorf("the token in force stays: %s", complaint);
            }
        }
        return token;
    }
}
