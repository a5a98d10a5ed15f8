package dev.pgvigil.export;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Gauges;
import dev.pgvigil.check.Past;
import dev.pgvigil.check.Scope;
import dev.pgvigil.target.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** A check that gives whatever figures a test wants it to. */
record Sample(String name, Scope scope, BiConsumer<Integer, Gauges> figures) implements Check<Integer> {

    @Override
    public Duration cadence() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Uni<Integer> observe(Session session) {
        return Uni.createFrom().item(1);
    }

    @Override
    public List<Finding> judge(Integer now, Past<Integer> past, Target target) {
        return List.of();
    }

    @Override
    public void measure(Integer now, Gauges gauges) {
        figures.accept(now, gauges);
    }
}
