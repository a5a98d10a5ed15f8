package dev.pgvigil.telemetry.log;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Formats like another exception, with its messages redacted. */
final class RedactedException extends Exception {

    private static final long serialVersionUID = 1;
    private static final int DEEPEST = 20;

    private final String shown;

    private RedactedException(String shown, @Nullable Throwable cause) {
        super(shown, cause, true, true);
        this.shown = shown;
    }

    static Throwable of(Throwable thrown) {
        return of(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static RedactedException of(Throwable thrown, Set<Throwable> seen) {
        seen.add(thrown);
        Throwable cause = thrown.getCause();
        RedactedException redacted = new RedactedException(
                Redaction.of(text(thrown)), cause == null || !mayAdd(cause, seen) ? null : of(cause, seen));
        redacted.setStackTrace(thrown.getStackTrace());
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (mayAdd(suppressed, seen)) {
                redacted.addSuppressed(of(suppressed, seen));
            }
        }
        return redacted;
    }

    private static boolean mayAdd(Throwable next, Set<Throwable> seen) {
        return seen.size() < DEEPEST && !seen.contains(next);
    }

    // methods of other exceptions may throw
    private static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown.toString());
        } catch (RuntimeException broken) {
            return thrown.getClass().getName();
        }
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // it shows the class name of the other exception
    public String toString() {
        return shown;
    }
}
