package dev.pgvigil.migration;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Since when values have been as they are, by the server's clock. Holds the values of the latest pass alone. */
final class UnchangedSince {

    private Map<String, Mark> marks = new HashMap<>();
    private Map<String, Mark> next = new HashMap<>();

    /** @param witnessed whether an earlier pass had another value */
    private record Mark(String value, double since, boolean witnessed) {}

    /** Seconds for which the subject has had that value. */
    double seconds(String subject, String value, double now) {
        return now - mark(subject, value, now).since;
    }

    /** When the subject's value changed to this one; null: it had it at the first pass. */
    @Nullable
    Double changed(String subject, String value, double now) {
        Mark mark = mark(subject, value, now);
        return mark.witnessed ? mark.since : null;
    }

    private Mark mark(String subject, String value, double now) {
        Mark known = marks.get(subject);
        Mark mark = known != null && known.value.equals(value) ? known : new Mark(value, now, known != null);
        next.put(subject, mark);
        return mark;
    }

    /** Ends a pass: what it did not mention is forgotten. */
    void endPass() {
        marks = next;
        next = new HashMap<>();
    }
}
