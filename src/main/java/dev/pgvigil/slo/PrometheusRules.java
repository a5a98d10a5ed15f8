package dev.pgvigil.slo;

import java.util.Locale;
import java.util.TreeMap;

/**
 * Recording and alerting rules for Prometheus that compute the same from {@code pgvigil_slo_seconds_total}: bad seconds over all seconds of
 * a window, over the budget. Pure.
 */
final class PrometheusRules {

    private static final String RUNBOOK = "https://pgvigil.dev/docs/slo";

    private PrometheusRules() {}

    /** The rules as a file of YAML. */
    static String of(Slos slos) {
        StringBuilder yaml =
                new StringBuilder("# Made by pgvigil from its configured objectives: /api/v1/slos/rules\n");
        if (slos.all().isEmpty()) {
            return yaml.append("groups: []\n").toString();
        }
        yaml.append("groups:\n");
        slos.all().forEach(slo -> group(yaml, slo));
        return yaml.toString();
    }

    private static void group(StringBuilder yaml, Slo slo) {
        yaml.append("  - name: pgvigil-slo-").append(slo.name()).append("\n    rules:\n");
        for (Span span : Span.values()) {
            record(yaml, slo, span.toString(), span.seconds());
        }
        record(yaml, slo, slo.window().toString(), slo.window().seconds());
        for (BurnRule rule : slo.window().rules()) {
            alert(yaml, slo, rule);
        }
        exhausted(yaml, slo);
        unknown(yaml, slo);
    }

    private static void record(StringBuilder yaml, Slo slo, String window, long seconds) {
        String excluded = "sum without (result) (increase(%s[%s]))".formatted(series(slo, "excluded"), window);
        yaml.append("""
                      - record: %s
                        expr: >-
                          sum without (result) (increase(%s[%s]))
                          / (%d - %s) / %s
                        labels:
                          slo: %s
                """.formatted(
                recorded(window), series(slo, "bad"), window, seconds, excluded, number(slo.budget()), slo.name()));
        labels(yaml, slo);
    }

    private static void alert(StringBuilder yaml, Slo slo, BurnRule rule) {
        String severity = switch (rule.severity()) {
            case CRITICAL -> "critical";
            case HIGH -> "warning";
            case MEDIUM, LOW -> "info";
        };
        yaml.append("""
                      - alert: PgvigilSloBurn
                        expr: >-
                          %s{slo="%s"} > %s
                          and %s{slo="%s"} > %s
                        labels:
                          slo: %s
                          severity: %s
                          page: "%s"
                          long_window: %s
                        annotations:
                          summary: "The error budget of %s on {{ $labels.target }} burns"
                          description: "It burns at {{ $value | printf \\"%%.1f\\" }} times the rate that lasts %s, over %s and %s."
                          runbook_url: %s
                """.formatted(
                        recorded(rule.longWindow().toString()),
                        slo.name(),
                        number(rule.factor()),
                        recorded(rule.shortWindow().toString()),
                        slo.name(),
                        number(rule.factor()),
                        slo.name(),
                        severity,
                        rule.page(),
                        rule.longWindow(),
                        slo.name(),
                        slo.window(),
                        rule.longWindow(),
                        rule.shortWindow(),
                        RUNBOOK));
    }

    private static void exhausted(StringBuilder yaml, Slo slo) {
        yaml.append("""
                      - alert: PgvigilSloExhausted
                        expr: '%s{slo="%s"} >= 1'
                        labels:
                          slo: %s
                          severity: critical
                        annotations:
                          summary: "The error budget of %s on {{ $labels.target }} is exhausted"
                          description: "More of %s was bad than the objective allows."
                          runbook_url: %s
                """.formatted(
                        recorded(slo.window().toString()), slo.name(), slo.name(), slo.name(), slo.window(), RUNBOOK));
    }

    private static void unknown(StringBuilder yaml, Slo slo) {
        yaml.append("""
                      - alert: PgvigilSloUnknown
                        expr: >-
                          sum without (result) (increase(%s[1h])) > 360
                        for: 5m
                        labels:
                          slo: %s
                          severity: warning
                        annotations:
                          summary: "Too little is known for %s on {{ $labels.target }}"
                          description: "{{ $value | humanizeDuration }} of the last hour are unknown."
                          runbook_url: %s
                """.formatted(series(slo, "unknown"), slo.name(), slo.name(), RUNBOOK));
    }

    /** The labels of the objective; alerts have them from their series. */
    private static void labels(StringBuilder yaml, Slo slo) {
        new TreeMap<>(slo.labels())
                .forEach((label, value) -> yaml.append("          ")
                        .append(label)
                        .append(": ")
                        .append(quoted(value))
                        .append('\n'));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''").replaceAll("\\p{Cntrl}", " ") + "'";
    }

    private static String series(Slo slo, String result) {
        return "pgvigil_slo_seconds_total{slo=\"%s\", result=\"%s\"}".formatted(slo.name(), result);
    }

    private static String recorded(String window) {
        return "pgvigil:slo_burn_rate:increase" + window;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.9f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
