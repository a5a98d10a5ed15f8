package dev.pgvigil.security;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.security.Accounts.ApiToken;
import dev.pgvigil.security.Accounts.User;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who a credential stands for: the one token, an API token or a user. A removed user or token, a changed role and a changed
 * password have an effect with the reload.
 */
@Singleton
final class Identities {

    /** The name of whoever has the one token. */
    static final String TOKEN = "token";

    /** The name of everybody while no credential is configured, on loopback alone. */
    private static final String LOCAL = "local";

    private static final String EXPIRE = "10s";

    private final TokenProvider tokenProvider;
    private final Configuration configuration;
    private final Sessions sessions;
    private volatile Accounts accounts = Accounts.NONE;

    /**
     * A caller.
     *
     * @param name of the user; {@code token:<name>} of an API token, as no user is named
     */
    record Caller(String name, Role role) {

        SecurityIdentity identity() {
            return QuarkusSecurityIdentity.builder()
                    .setPrincipal(new QuarkusPrincipal(name))
                    .addRoles(role.names())
                    .build();
        }
    }

    Identities(TokenProvider tokenProvider, Configuration configuration, Sessions sessions) {
        this.tokenProvider = tokenProvider;
        this.configuration = configuration;
        this.sessions = sessions;
    }

    // After the configuration and the token were read, before the HTTP server starts.
    void start(@Observes @Priority(3) StartupEvent event) {
        accounts = of(configuration.settings());
        if (!required()) {
            tokenProvider.requireLoopback();
        }
        configuration.onChange(this::changed);
    }

    private static Accounts of(Settings settings) {
        return settings.get(SecuritySection.class).accounts();
    }

    private void changed(Settings settings) {
        Accounts now = of(settings);
        Accounts before = accounts;
        if (!now.equals(before)) {
            accounts = now;
            // Whoever knows only the old password or token has lost access as well.
            sessions.revoke(
                    name -> named(name) == null || !Objects.equals(credential(before, name), credential(now, name)));
        }
    }

    /** Ends the open streams of API tokens that have expired. */
    @Scheduled(every = EXPIRE, delayed = EXPIRE, concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void expire() {
        sessions.revoke(name -> name.startsWith(TOKEN + ":") && named(name) == null);
    }

    /** What the caller of that name proves to be that one; null: it is not of the configuration. */
    private static @Nullable Object credential(Accounts accounts, String name) {
        if (name.startsWith(TOKEN + ":")) {
            ApiToken token = accounts.tokens().get(name.substring(TOKEN.length() + 1));
            return token == null ? null : token.sha256();
        }
        User user = accounts.users().get(name);
        return user == null ? null : user.passwordHash();
    }

    /** Whether callers must authenticate. */
    boolean required() {
        return tokenProvider.token() != null || !accounts.isEmpty();
    }

    /** Whether there are users with a password. */
    boolean users() {
        return !accounts.users().isEmpty();
    }

    /** The caller while nobody must authenticate. */
    static Caller local() {
        return new Caller(LOCAL, Role.ADMIN);
    }

    /** Whose token this is; null: nobody's. */
    @Nullable
    Caller bearer(String presented) {
        Token token = tokenProvider.token();
        if (token != null && token.matches(presented)) {
            return new Caller(TOKEN, Role.ADMIN);
        }
        ApiToken found = accounts.token(presented, Instant.now());
        return found == null ? null : of(found);
    }

    @Nullable
    User user(String name) {
        return accounts.users().get(name);
    }

    /** The caller of that name, with the present role; null: there is none any more. */
    @Nullable
    Caller named(String name) {
        if (name.equals(TOKEN)) {
            return tokenProvider.token() == null ? null : new Caller(TOKEN, Role.ADMIN);
        }
        if (name.startsWith(TOKEN + ":")) {
            ApiToken token = accounts.tokens().get(name.substring(TOKEN.length() + 1));
            return token == null || !token.valid(Instant.now()) ? null : of(token);
        }
        User user = accounts.users().get(name);
        return user == null ? null : new Caller(user.name(), user.role());
    }

    private static Caller of(ApiToken token) {
        return new Caller(TOKEN + ":" + token.name(), token.role());
    }
}
