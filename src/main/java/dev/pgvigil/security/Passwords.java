package dev.pgvigil.security;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import dev.pgvigil.security.Accounts.User;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.UsernamePasswordAuthenticationRequest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.concurrent.Semaphore;

/**
 * Verifies the passwords of users with argon2id (19 MiB, two passes: OWASP's first choice), on worker threads. An unknown user
 * costs the same time as a wrong password.
 */
@Singleton
final class Passwords implements IdentityProvider<UsernamePasswordAuthenticationRequest> {

    private static final Argon2Function ARGON2 = Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);

    /** Longer ones would only cost time. */
    static final int LONGEST = 1024;

    private static final String OF_NOBODY = hash("");

    /** Each takes 19 MiB: more at a time would be a way to exhaust the memory without any credential. */
    private static final int AT_A_TIME = 4;

    private final Semaphore turns = new Semaphore(AT_A_TIME);

    private final Identities identities;

    Passwords(Identities identities) {
        this.identities = identities;
    }

    /** The hash of a password, with a random salt. Takes a quarter of a second. */
    static String hash(String password) {
        return Password.hash(password).addRandomSalt(16).with(ARGON2).getResult();
    }

    @Override
    public Class<UsernamePasswordAuthenticationRequest> getRequestType() {
        return UsernamePasswordAuthenticationRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            UsernamePasswordAuthenticationRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(() -> {
            String password = new String(request.getPassword().getPassword());
            User user = identities.user(request.getUsername());
            String hash = user == null ? OF_NOBODY : user.passwordHash().value();
            boolean right = password.length() <= LONGEST && matches(password, hash);
            if (user == null || !right) {
                throw new AuthenticationFailedException("wrong user or password");
            }
            return new Identities.Caller(user.name(), user.role()).identity();
        });
    }

    private boolean matches(String password, String hash) {
        turns.acquireUninterruptibly();
        try {
            return Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash));
        } finally {
            turns.release();
        }
    }
}
