package dev.pgvigil.trend;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The findings of a target's trends. None changes its status. Pure. */
final class TrendFindings {

    static final String CHECK = "trends";

    private TrendFindings() {}

    /** @param growth share of the present value a day */
    static List<Finding> of(TargetTrends trends, double growth) {
        List<Finding> findings = new ArrayList<>();
        for (SeriesTrend one : trends.series()) {
            DailyGrowth fast = one.growth();
            WeekAhead forecast = one.forecast();
            Double limit = trends.limit(one.measure());
            if (fast != null && one.growsFast(growth)) {
                findings.add(growing(one.measure(), fast, forecast, growth));
            }
            if (forecast != null && limit != null && trends.reachesLimit(one)) {
                findings.add(limit(one.measure(), forecast, limit));
            }
        }
        if (trends.isNotable()) {
            findings.add(anomaly(trends));
        }
        return findings;
    }

    private static String key(Measure measure) {
        return measure.series().key().replace('_', '-');
    }

    private static Finding growing(Measure measure, DailyGrowth growth, @Nullable WeekAhead forecast, double limit) {
        String ahead = forecast == null
                ? ""
                : "; in a week %s, such forecasts were wrong by %s (median of %d)"
                        .formatted(measure.text(forecast.value()), measure.text(forecast.error()), forecast.trials());
        return Finding.of(
                        CHECK,
                        key(measure) + "-growth",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        measure.title() + " grows by " + HumanFormat.percent(growth.ratio()) + " a day",
                        "%s now, %s more each day (%s to %s), by the medians of %d days%s"
                                .formatted(
                                        measure.text(growth.level()),
                                        HumanFormat.percent(growth.ratio()),
                                        HumanFormat.percent(growth.low()),
                                        HumanFormat.percent(growth.high()),
                                        growth.days(),
                                        ahead))
                .threshold(HumanFormat.percent(limit) + " a day")
                .cause(cause(measure))
                .action(action(measure))
                .expectedEffect("The growth ends, or is planned for.");
    }

    private static String cause(Measure measure) {
        return switch (measure) {
            case RESPONSE_TIME -> "The server is busier from day to day, or its data no longer fit into memory.";
            case CONNECTIONS -> "More instances of applications, larger pools, or connections that are not closed.";
            case DATABASE_SIZE -> "More is written than is deleted, or space is not used again after deletions.";
        };
    }

    private static String action(Measure measure) {
        return switch (measure) {
            case RESPONSE_TIME -> "Look at the statements that take the time (check statements), and at the host.";
            case CONNECTIONS ->
                "Find the application whose sessions grow (check connections); use a connection pooler.";
            case DATABASE_SIZE ->
                "Find the tables that grow (check table-sizes) and bloat (check bloat); plan room for them.";
        };
    }

    private static Finding limit(Measure measure, WeekAhead forecast, double limit) {
        return Finding.of(
                        CHECK,
                        key(measure) + "-limit",
                        Status.HEALTHY,
                        Severity.HIGH,
                        measure.title() + " will reach the limit within a week",
                        "%s in a week, and %s even if the forecast is as wrong as nine of ten were in the past; the limit is %s"
                                .formatted(
                                        measure.text(forecast.value()),
                                        measure.text(forecast.low()),
                                        measure.text(limit)))
                .threshold("the near edge of the forecast's error is beyond the limit")
                .cause(cause(measure))
                .action(action(measure))
                .expectedEffect("Sessions are not refused.");
    }

    private static Finding anomaly(TargetTrends trends) {
        List<SeriesTrend> all = trends.anomalous();
        return Finding.of(
                        CHECK,
                        "anomaly",
                        Status.HEALTHY,
                        Severity.LOW,
                        all.stream().map(one -> one.measure().title()).collect(Collectors.joining(" and "))
                                + (all.size() == 1 ? " is" : " are") + " unusual for this hour of the week",
                        all.stream().map(TrendFindings::observed).collect(Collectors.joining("; ")))
                .threshold(
                        "six times the usual distance and half of the usual value, for an hour; two series, or a target that is not healthy")
                .evidence(all.stream().map(TrendFindings::evidence).toList())
                .cause("Load or behaviour that was not there at this hour in the last four weeks.")
                .action(
                        "Compare with what was deployed or started in the last hours. If it stays, it is usual within a day.")
                .expectedEffect("The series are again as they were at this hour in the past.");
    }

    private static String observed(SeriesTrend one) {
        Anomaly anomaly = Objects.requireNonNull(one.anomaly());
        return "%s: %s for an hour, usual are %s (± %s)"
                .formatted(
                        one.measure().title(),
                        one.measure().text(anomaly.value()),
                        one.measure().text(anomaly.expected()),
                        one.measure().text(anomaly.scale()));
    }

    private static Map<String, Object> evidence(SeriesTrend one) {
        Anomaly anomaly = Objects.requireNonNull(one.anomaly());
        return Map.of(
                "series", one.measure().series().key(),
                "value", anomaly.value(),
                "expected", anomaly.expected(),
                "scale", anomaly.scale());
    }
}
