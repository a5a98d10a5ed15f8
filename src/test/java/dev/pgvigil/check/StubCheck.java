package dev.pgvigil.check;

import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/** A server check that runs a minimal query and reports the findings that a test supplies. */
public record StubCheck(String name, Duration interval, List<Finding> found) implements Check<Integer> {

    /** A check without findings. */
    public StubCheck(String name, Duration interval) {
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
    public List<Finding> evaluate(Integer now, Previous<Integer> previous, Target target) {
        return found;
    }
}
