package dev.pgvigil.check;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.pgvigil.target.KnownChecks;
import dev.pgvigil.target.Limit;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** All checks there are. */
@Singleton
public class Catalogue implements KnownChecks {

    private final List<Check<?>> checks;

    public Catalogue(@All List<Check<?>> checks) {
        this.checks = List.copyOf(checks);
    }

    public List<Check<?>> checks() {
        return checks;
    }

    @Override
    public Set<String> names() {
        return checks.stream().map(Check::name).collect(toUnmodifiableSet());
    }

    @Override
    public List<Limit> limits() {
        return checks.stream().flatMap(check -> check.limits().stream()).toList();
    }
}
