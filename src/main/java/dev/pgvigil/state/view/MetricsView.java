package dev.pgvigil.state.view;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The metrics of one target, as exported to Prometheus, in JSON. */
@Schema(name = "DatabaseMetrics")
public record MetricsView(
        String databaseName,
        Status status,
        Instant timestamp,
        @Nullable Long ageMs,
        @Nullable Double responseTimeMs,
        List<Figure> metrics) {

    /** One metric. */
    @Schema(name = "Metric")
    public record Figure(
            String name,
            String help,

            @Schema(description = "gauge or counter") String type,

            Map<String, String> labels,

            @Schema(description = "in the base unit at the end of the name")
            double value) {}

    static MetricsView of(TargetState target, PointInTimeView view, List<Check<?>> checks) {
        Figures figures = new Figures(new ArrayList<>());
        checks.forEach(check -> export(check, view.outcome(target, check.name()), figures));
        return new MetricsView(
                target.target().name(),
                view.status(target),
                view.now(),
                view.ageMs(target),
                view.beatMs(target),
                figures.all());
    }

    @SuppressWarnings("unchecked") // an outcome is stored under the name of its check
    private static <O> void export(Check<O> check, @Nullable Outcome<?> outcome, MetricSink sink) {
        if (outcome instanceof Outcome.Observed<?> observed) {
            check.export((O) observed.value(), sink);
        }
    }

    private record Figures(List<Figure> all) implements MetricSink {

        @Override
        public void gauge(String name, String help, double value, String... labels) {
            add("gauge", name, help, value, labels);
        }

        @Override
        public void counter(String name, String help, double value, String... labels) {
            add("counter", name, help, value, labels);
        }

        private void add(String type, String name, String help, double value, String... labels) {
            Map<String, String> pairs = LinkedHashMap.newLinkedHashMap(labels.length / 2);
            for (int i = 0; i + 1 < labels.length; i += 2) {
                pairs.put(labels[i], labels[i + 1]);
            }
            all.add(new Figure(name, help, type, pairs, value));
        }
    }
}
