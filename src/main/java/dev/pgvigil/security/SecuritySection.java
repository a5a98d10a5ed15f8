package dev.pgvigil.security;

import com.password4j.Argon2Function;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import dev.pgvigil.config.Section;
import dev.pgvigil.security.Accounts.ApiToken;
import dev.pgvigil.security.Accounts.User;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.security}: users, API tokens, the time of a session, and the audit log. */
@Singleton
public final class SecuritySection implements Section<SecuritySection.Security> {

    private static final int MOST = 1000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,62}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Duration SESSION = Duration.ofHours(12);

    /**
     * The section.
     *
     * @param session after which a browser must sign in again
     * @param auditFile to which every entry of the audit log is appended; null: the latest are kept in memory alone
     */
    public record Security(
            Accounts accounts, Duration session, @Nullable Path auditFile) {}

    @Override
    public String key() {
        return "security";
    }

    @Override
    public Security read(Node node) {
        Map<String, User> users = new LinkedHashMap<>();
        Node all = node.doc("Users who sign in with a password, by name").child("users");
        all.children().forEach((name, child) -> user(name, child, users));
        Map<String, ApiToken> tokens = new LinkedHashMap<>();
        Node machines = node.doc("API tokens by name, each as its hash").child("tokens");
        machines.children().forEach((name, child) -> token(name, child, tokens));
        if (users.size() > MOST || tokens.size() > MOST) {
            node.problem("must be " + MOST + " users and " + MOST + " tokens at most");
        }
        String file = node.doc(
                        "File to which the audit log is appended; without it only the latest entries are kept, in memory")
                .string("audit-file");
        return new Security(
                new Accounts(users, tokens),
                node.doc("Time after which a browser must sign in again")
                        .duration("session", SESSION, Duration.ofMinutes(5), Duration.ofDays(30)),
                file == null ? null : Path.of(file));
    }

    private static void user(String name, Node node, Map<String, User> users) {
        valid(name, node);
        String hash = node.secret("Hash of the password, as pgvigil hash-password prints it")
                .string("password-hash");
        Role role = role(node);
        if (hash == null) {
            node.problem("needs a password-hash: run pgvigil hash-password");
        } else if (!hashes(hash)) {
            node.child("password-hash").problem("must be a hash in the format of argon2id: run pgvigil hash-password");
        } else {
            users.put(name, new User(name, new Secret(hash), role));
        }
    }

    private static boolean hashes(String hash) {
        try {
            return hash.startsWith("$argon2id$") && Argon2Function.getInstanceFromHash(hash) != null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return false;
        }
    }

    private static void token(String name, Node node, Map<String, ApiToken> tokens) {
        valid(name, node);
        String sha256 = node.doc("SHA-256 of the token in hexadecimal digits, as pgvigil new-token prints it")
                .string("sha256");
        Role role = role(node);
        Instant expires = expires(node);
        if (sha256 == null || !SHA256.matcher(sha256).matches()) {
            node.problem("needs a sha256 of 64 hexadecimal digits: run pgvigil new-token");
        } else {
            tokens.put(name, new ApiToken(name, sha256, role, expires));
        }
    }

    private static void valid(String name, Node node) {
        if (!NAME.matcher(name).matches()) {
            node.problem("a name has 1 to 63 letters, digits, '.', '_', '@' and '-'");
        }
    }

    private static Role role(Node node) {
        return node.doc("What it may do: a viewer reads, an operator also changes, an admin also reads the audit log")
                .choice("role", Role.class, Role.VIEWER);
    }

    private static @Nullable Instant expires(Node node) {
        String text = node.doc("Time from which it is invalid, such as 2027-03-31T22:00:00Z; never by default")
                .string("expires");
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            node.child("expires").problem("must be a time such as 2027-03-31T22:00:00Z, not " + node.shown(text));
            return null;
        }
    }
}
