package dev.pgvigil.telemetry;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The status and findings of each target. */
@Singleton
final class TargetSeries implements SeriesSource {

    private static final int TAGS = 20;

    @Override
    public Rank rank() {
        return Rank.FLEET;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        for (TargetState state : snapshot.targets().values()) {
            Labels labels = Names.of(state.target());
            MetricSink sink = builder.under(labels);
            status(snapshot.status(state, now), state.target().region(), sink);
            findings(state, sink);
            info(state.target(), sink);
        }
    }

    // one series per status instead of a numeric code, so that sums, averages over time and alerts are simple
    private static void status(Status actual, String region, MetricSink sink) {
        for (Status status : Status.values()) {
            sink.gauge(
                    "pgvigil_target_status",
                    "1 if the target has this status, else 0.",
                    status == actual ? 1 : 0,
                    "status",
                    Names.of(status),
                    "region",
                    region);
        }
    }

    private static void findings(TargetState state, MetricSink sink) {
        Map<Severity, Long> counts = state.findings().stream().collect(groupingBy(Finding::severity, counting()));
        for (Severity severity : Severity.values()) {
            sink.gauge(
                    "pgvigil_target_findings",
                    "Open findings.",
                    (double) counts.getOrDefault(severity, 0L),
                    "severity",
                    Names.of(severity));
        }
    }

    private static void info(Target target, MetricSink sink) {
        Map<String, String> labels = new TreeMap<>();
        target.tags().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(TAGS)
                .forEach(tag -> labels.putIfAbsent(Labels.name("tag_" + tag.getKey()), tag.getValue()));
        labels.put("region", target.region());
        labels.put("expected_role", Names.of(target.role()));
        sink.gauge("pgvigil_target_info", "Configured properties of the target; always 1.", 1, pairs(labels));
    }

    private static String[] pairs(Map<String, String> labels) {
        return labels.entrySet().stream()
                .flatMap(label -> Stream.of(label.getKey(), label.getValue()))
                .toArray(String[]::new);
    }
}
