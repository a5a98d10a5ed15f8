package dev.pgvigil.check;

import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** A check of a server that asks the least there is, and tells of what a test gives it. */
public record Looking(String name, Duration interval, List<Finding> found) implements Check<Integer> {

    /** One that finds nothing. */
    public Looking(String name, Duration interval) {
        this(name, interval, List.of());
    }

    @Override
    public Policy policy() {
        return Policy.every(interval);
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Uni<Integer> collect(Session session) {
        return session.row("select 1", row -> row.getInteger(0));
    }

    @Override
    public List<Finding> evaluate(Integer now, Previous<Integer> past, Target target) {
        return found;
    }
}
