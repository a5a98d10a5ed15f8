package dev.pgvigil.telemetry;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** A check that gives whatever figures a test wants it to. */
record Sample(String name, Scope scope, BiConsumer<Integer, MetricSink> figures) implements Check<Integer> {

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(5));
    }

    @Override
    public Uni<Integer> collect(Session session) {
        return Uni.createFrom().item(1);
    }

    @Override
    public List<Finding> evaluate(Integer now, Previous<Integer> past, Target target) {
        return List.of();
    }

    @Override
    public void export(Integer now, MetricSink gauges) {
        figures.accept(now, gauges);
    }
}
