package dev.pgvigil.tenant;

import dev.pgvigil.check.Severity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way by which a role of an application may see or change rows of another tenant, or a weakness that makes one likelier.
 *
 * @param id of the rule in the documentation: T1
 * @param rule name of the rule
 * @param object table, view, role, schema, function or database
 * @param observed a sentence with names
 * @param roles the roles of applications that are concerned
 * @param sql statements that close it, one a line; null: there is none
 * @param acceptedReason why the configuration accepts it for a time; null: it does not
 */
public record Violation(
        String id,
        String rule,
        Severity severity,
        String object,
        String title,
        String observed,
        List<String> roles,
        String cause,
        String action,
        @Nullable String sql,
        @Nullable String acceptedReason,
        @Nullable Instant acceptedUntil) {

    private static final int KEY_DIGITS = 12;

    public Violation {
        roles = List.copyOf(roles);
    }

    static Violation of(
            IsolationRule rule,
            Severity severity,
            String object,
            String observed,
            List<String> roles,
            @Nullable String sql) {
        return new Violation(
                rule.id(),
                rule.name(),
                severity,
                object,
                rule.title(),
                observed,
                roles,
                rule.cause(),
                rule.action(),
                sql,
                null,
                null);
    }

    Violation accepted(Tenancy.Allowed by) {
        return new Violation(
                id, rule, severity, object, title, observed, roles, cause, action, sql, by.reason(), by.until());
    }

    /** The same text for the same hole, whatever else changes. */
    String digest() {
        return sha256(rule + "\n" + object).substring(0, KEY_DIGITS);
    }

    boolean breaks() {
        return severity.compareTo(Severity.HIGH) >= 0;
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
