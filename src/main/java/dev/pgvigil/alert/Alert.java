package dev.pgvigil.alert;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What people are told of one finding of one target, from its beginning to its end.
 *
 * @param id the fingerprint and the time at which it began
 * @param fingerprint the same for each alert of that target and finding, in every process
 * @param timestamp when it began
 * @param finding the latest figures
 */
record Alert(String id, String fingerprint, String target, Instant timestamp, Finding finding, AlertState state) {

    static Alert begin(String target, Finding finding, Instant now) {
        String fingerprint = fingerprint(target, finding.key());
        return new Alert(
                fingerprint + "-" + Long.toString(now.toEpochMilli(), Character.MAX_RADIX),
                fingerprint,
                target,
                now,
                finding,
                new AlertState.Pending(now));
    }

    /** The hash of a target and a key; a newline is in neither of them. */
    static String fingerprint(String target, String key) {
        return Ids.of(target, key);
    }

    Alert with(AlertState next) {
        return new Alert(id, fingerprint, target, timestamp, finding, next);
    }

    Alert with(Finding latest) {
        return new Alert(id, fingerprint, target, timestamp, latest, state);
    }

    String type() {
        return finding.check();
    }

    Severity severity() {
        return finding.severity();
    }

    String message() {
        return finding.title() + ": " + finding.observed();
    }

    /** Who takes care of it; null: nobody, or it does not fire. */
    AlertState.@Nullable Acknowledgement acknowledgement() {
        return switch (state) {
            case AlertState.Firing firing -> firing.acknowledgement();
            case AlertState.Clearing clearing -> clearing.firing().acknowledgement();
            case AlertState.Pending _, AlertState.Resolved _, AlertState.Withdrawn _ -> null;
        };
    }

    /** Whether people are to know of it: it fires, or its finding is closed but not yet for long enough. */
    boolean fires() {
        return state instanceof AlertState.Firing || state instanceof AlertState.Clearing;
    }

    boolean resolved() {
        return state instanceof AlertState.Resolved;
    }

    /** The numbers of the first row of evidence. */
    Map<String, Number> metrics() {
        List<Map<String, Object>> rows = finding.evidence();
        Map<String, Number> numbers = new LinkedHashMap<>();
        if (!rows.isEmpty()) {
            rows.getFirst().forEach((name, value) -> {
                if (value instanceof Number number) {
                    numbers.put(name, number);
                }
            });
        }
        return numbers;
    }
}
