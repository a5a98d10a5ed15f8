package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.slo.SloMonitor;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;

/** The burn rates and budgets of objectives. */
@Singleton
final class SloSeries implements SeriesSource {

    private final Consumer<Function<Target, MetricSink>> objectives;

    @Inject
    SloSeries(SloMonitor objectives) {
        this(objectives::export);
    }

    SloSeries(Consumer<Function<Target, MetricSink>> objectives) {
        this.objectives = objectives;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        objectives.accept(target -> builder.under(Names.of(target)));
    }
}
