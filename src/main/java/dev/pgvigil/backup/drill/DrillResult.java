package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.verify.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a drill came to.
 *
 * @param level the highest level that was proven; null: none
 * @param failures what is wrong; empty if it passed
 * @param notes what was not tested and why, and lines of the server's log
 * @param moment to which it was recovered; null: not to a moment
 * @param recovery from the beginning to the first right answer at that moment; null: it never came
 * @param phases duration of each phase, in order
 */
public record DrillResult(
        Verdict verdict,
        @Nullable ProofLevel level,
        List<String> failures,
        List<String> notes,
        @Nullable Instant moment,
        @Nullable Duration recovery,
        Map<String, Duration> phases,
        long tables,
        long rows) {

    public DrillResult {
        failures = List.copyOf(failures);
        notes = List.copyOf(notes);
    }
}
