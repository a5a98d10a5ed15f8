package dev.pgvigil.check;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a check judged, complete enough to act on at three in the morning.
 *
 * @param check name of the check
 * @param key stable within the target: {@code connections/saturation}
 * @param status what it makes of the target; healthy for advice that is no trouble yet
 * @param title a few words
 * @param observed what was seen, with figures and units
 * @param threshold against what it was judged
 * @param evidence the rows behind it, bounded, snake_case keys
 * @param cause what probably lies behind it
 * @param action what to do
 * @param sql the statement that does or shows it, where there is one
 * @param since when it was first seen without a break; set by the watch
 */
public record Finding(
        String check,
        String key,
        Status status,
        Severity severity,
        String title,
        String observed,
        @Nullable String threshold,
        List<Map<String, Object>> evidence,
        @Nullable String cause,
        @Nullable String action,
        @Nullable String sql,
        @Nullable Instant since) {

    public Finding {
        evidence = List.copyOf(evidence);
    }

    /** The start of a finding; the rest is added by {@code threshold}, {@code evidence}, {@code cause}, {@code action}. */
    public static Finding of(
            String check, String key, Status status, Severity severity, String title, String observed) {
        return new Finding(
                check, check + "/" + key, status, severity, title, observed, null, List.of(), null, null, null, null);
    }

    public Finding threshold(String value) {
        return new Finding(check, key, status, severity, title, observed, value, evidence, cause, action, sql, since);
    }

    public Finding evidence(List<Map<String, Object>> rows) {
        return new Finding(check, key, status, severity, title, observed, threshold, rows, cause, action, sql, since);
    }

    public Finding cause(String value) {
        return new Finding(
                check, key, status, severity, title, observed, threshold, evidence, value, action, sql, since);
    }

    public Finding action(String value) {
        return new Finding(
                check, key, status, severity, title, observed, threshold, evidence, cause, value, sql, since);
    }

    public Finding sql(String value) {
        return new Finding(
                check, key, status, severity, title, observed, threshold, evidence, cause, action, value, since);
    }

    public Finding since(Instant value) {
        return new Finding(
                check, key, status, severity, title, observed, threshold, evidence, cause, action, sql, value);
    }
}
