package dev.pgvigil.postgres;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the password of a target: from the URL, the entry, a file or an environment variable. */
public final class PasswordReader {

    private static final int MAX_LENGTH = 4096;

    private final Node entry;
    private boolean failed;

    public PasswordReader(Node entry) {
        this.entry = entry;
    }

    /**
     * The password.
     *
     * @param inUrl the password in the connection string
     * @return null if none is given, or if an error was reported
     */
    @Nullable
    public Secret read(@Nullable Secret inUrl) {
        List<String> given = new ArrayList<>();
        if (inUrl != null) {
            given.add("url");
        }
        String plain = noted(entry.secret("Password, if it is not in the URL"), "password", given);
        String file =
                noted(entry.doc("File that holds the password; read again when it changes"), "password-file", given);
        String variable = noted(entry.doc("Environment variable that holds the password"), "password-env", given);
        if (given.size() > 1) {
            return problem(
                    entry, "gives the password more than once, by " + String.join(" and ", given) + ": keep one");
        }
        if (file != null) {
            return fromFile(entry.child("password-file"), file);
        }
        if (variable != null) {
            return fromEnvironment(entry.child("password-env"), variable);
        }
        return plain == null ? inUrl : secret(entry.child("password"), plain);
    }

    private @Nullable String noted(Node described, String key, List<String> given) {
        String text = described.string(key);
        if (entry.child(key).present()) {
            given.add(key);
        }
        return text;
    }

    private @Nullable Secret fromFile(Node place, String name) {
        String text = place.content(name);
        failed = text == null;
        return text == null ? null : secret(place, text.replaceFirst("[\\r\\n]+\\z", ""));
    }

    private @Nullable Secret fromEnvironment(Node place, String name) {
        String value = place.environment(name);
        if (value == null) {
            // not shown: it may be the password itself, in the wrong place
            return problem(place, "names an environment variable that is not set");
        }
        return secret(place, value);
    }

    private @Nullable Secret secret(Node place, String password) {
        if (password.isEmpty()) {
            return problem(place, "gives an empty password: remove the key if the server wants none");
        }
        if (password.length() > MAX_LENGTH || password.chars().anyMatch(c -> c == 0 || c == '\n' || c == '\r')) {
            return problem(place, "gives no password: more than one line, or more than " + MAX_LENGTH + " characters");
        }
        return new Secret(password);
    }

    private @Nullable Secret problem(Node place, String message) {
        failed = true;
        place.problem(message);
        return null;
    }

    /** Whether an error was reported. */
    public boolean failed() {
        return failed;
    }
}
