package dev.pgvigil.check;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One result of an evaluation, with everything needed to act on it.
 *
 * @param check name of the check
 * @param key stable within the target: {@code connections/saturation}
 * @param status the status that it gives the target; healthy for advice
 * @param title a few words
 * @param observed what was observed, with figures and units
 * @param threshold the threshold that was applied
 * @param evidence the rows that support it, bounded, snake_case keys
 * @param cause the probable cause
 * @param action what to do
 * @param sql the statement that does or shows it, if there is one
 * @param expectedEffect what changes when it was done
 * @param since when it was first observed without interruption; set by the monitor
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
        @Nullable String expectedEffect,
        @Nullable Instant since) {

    public Finding {
        evidence = List.copyOf(evidence);
    }

    /** The start of a finding; the rest is added by {@code threshold}, {@code evidence}, {@code cause}, {@code action}. */
    public static Finding of(
            String check, String key, Status status, Severity severity, String title, String observed) {
        return new Finding(
                check,
                check + "/" + key,
                status,
                severity,
                title,
                observed,
                null,
                List.of(),
                null,
                null,
                null,
                null,
                null);
    }

    public Finding threshold(String value) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                value,
                evidence,
                cause,
                action,
                sql,
                expectedEffect,
                since);
    }

    public Finding evidence(List<Map<String, Object>> rows) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                threshold,
                rows,
                cause,
                action,
                sql,
                expectedEffect,
                since);
    }

    public Finding cause(String value) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                threshold,
                evidence,
                value,
                action,
                sql,
                expectedEffect,
                since);
    }

    public Finding action(String value) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                threshold,
                evidence,
                cause,
                value,
                sql,
                expectedEffect,
                since);
    }

    public Finding sql(String value) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                threshold,
                evidence,
                cause,
                action,
                value,
                expectedEffect,
                since);
    }

    public Finding expectedEffect(String value) {
        return new Finding(
                check, key, status, severity, title, observed, threshold, evidence, cause, action, sql, value, since);
    }

    public Finding since(Instant value) {
        return new Finding(
                check,
                key,
                status,
                severity,
                title,
                observed,
                threshold,
                evidence,
                cause,
                action,
                sql,
                expectedEffect,
                value);
    }
}
