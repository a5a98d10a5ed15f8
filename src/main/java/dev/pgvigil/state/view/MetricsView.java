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

/** The figures of one target: those that Prometheus gets of it, as JSON. */
@Schema(name = "DatabaseMetrics")
public record MetricsView(
        String databaseName,
        Status status,
        Instant timestamp,
        @Nullable Long ageMs,
        @Nullable Double responseTimeMs,
        List<Figure> metrics) {

    /** One figure. */
    @Schema(name = "Metric")
    public record Figure(
            String name,
            String help,

            @Schema(description = "gauge or counter") String type,

            Map<String, String> labels,

            @Schema(description = "in the base unit that the name ends in")
            double value) {}

    static MetricsView of(TargetState target, PointInTimeView look, List<Check<?>> checks) {
        Figures figures = new Figures(new ArrayList<>());
        checks.forEach(check -> export(check, look.outcome(target, check.name()), figures));
        return new MetricsView(
                target.target().name(),
                look.status(target),
                look.now(),
                look.ageMs(target),
                look.beatMs(target),
                figures.all());
    }

    @SuppressWarnings("unchecked") // an outcome stands under the name of the check that made it
    private static <O> void export(Check<O> check, @Nullable Outcome<?> outcome, MetricSink gauges) {
        if (outcome instanceof Outcome.Observed<?> observed) {
            check.export((O) observed.value(), gauges);
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
