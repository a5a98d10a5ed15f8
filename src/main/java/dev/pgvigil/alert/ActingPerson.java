package dev.pgvigil.alert;

import dev.pgvigil.http.ProblemException;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** Who acts on an alert. A user who is signed in cannot act in another's name; a token can name the person behind it, and is named too. */
final class ActingPerson {

    private static final int LONGEST = 100;
    /** The name of everybody while nobody has to authenticate. */
    private static final String LOCAL = "local";

    private static final String TOKEN = "token";

    private ActingPerson() {}

    /** @param given the field {@code by} of the request; null or blank: none */
    static String of(SecurityContext context, @Nullable String given) {
        Principal principal = context.getUserPrincipal();
        String caller = principal == null || principal.getName().isEmpty() ? LOCAL : principal.getName();
        String by = given == null || given.isBlank() ? null : given.strip();
        if (by != null && (by.length() > LONGEST || by.chars().anyMatch(Character::isISOControl))) {
            throw ProblemException.badRequest(
                    "the field by must have at most 100 characters, without control characters");
        }
        if (by == null || by.equals(caller)) {
            return caller;
        }
        if (caller.equals(LOCAL)) {
            return by;
        }
        if (caller.equals(TOKEN) || caller.startsWith(TOKEN + ":")) {
            return by + " (" + caller + ")";
        }
        throw ProblemException.of(403, "you are signed in as " + caller + ": leave out the field by");
    }
}
