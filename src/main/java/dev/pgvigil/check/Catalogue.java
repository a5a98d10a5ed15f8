package dev.pgvigil.check;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.pgvigil.target.KnownChecks;
import dev.pgvigil.target.Limit;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All checks there are. */
@Singleton
public class Catalogue implements KnownChecks {

    private final List<Check<?>> checks;
    private final Map<String, Duration> cadences;

    public Catalogue(@All List<Check<?>> checks) {
        this.checks = List.copyOf(checks);
        this.cadences = checks.stream().collect(toUnmodifiableMap(Check::name, Check::cadence));
    }

    public List<Check<?>> checks() {
        return checks;
    }

    /** How often each check looks unless configured otherwise, by its name. */
    public Map<String, Duration> cadences() {
        return cadences;
    }

    /** How often the check of that name looks unless configured otherwise. */
    public Duration cadence(String name) {
        @Nullable Duration cadence = cadences.get(name);
        if (cadence == null) {
            throw new IllegalArgumentException("no check is named " + name);
        }
        return cadence;
    }

    @Override
    public Set<String> names() {
        return cadences.keySet();
    }

    @Override
    public List<Limit> limits() {
        return checks.stream().flatMap(check -> check.limits().stream()).toList();
    }
}
