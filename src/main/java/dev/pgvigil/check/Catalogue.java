package dev.pgvigil.check;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.KnownChecks;
import dev.pgvigil.target.Threshold;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All checks there are. */
@Singleton
public class Catalogue implements KnownChecks {

    private final List<Check<?>> checks;
    private final Map<String, Check<?>> byName;

    public Catalogue(@All List<Check<?>> checks) {
        // By name, because the container injects them in any order.
        this.byName = checks.stream()
                .collect(collectingAndThen(
                        toMap(Check::name, Function.identity(), Catalogue::twice, TreeMap::new),
                        Collections::unmodifiableMap));
        this.checks = List.copyOf(byName.values());
    }

    private static Check<?> twice(Check<?> one, Check<?> other) {
        throw new IllegalStateException(
                "two checks are named " + one.name() + ": " + one.getClass() + ", " + other.getClass());
    }

    public List<Check<?>> checks() {
        return checks;
    }

    /** The check of that name. */
    public Check<?> check(String name) {
        @Nullable Check<?> check = byName.get(name);
        if (check == null) {
            throw new IllegalArgumentException("no check is named " + name);
        }
        return check;
    }

    @Override
    public Set<String> names() {
        return byName.keySet();
    }

    @Override
    public Set<String> exempting() {
        return checks.stream()
                .filter(Exempting.class::isInstance)
                .map(Check::name)
                .collect(toUnmodifiableSet());
    }

    @Override
    public Set<String> compatibilities() {
        return checks.stream()
                .filter(Compatibility.class::isInstance)
                .map(Check::name)
                .collect(toUnmodifiableSet());
    }

    /** Checks that say whether a server answers. */
    public Set<String> reachability() {
        return checks.stream()
                .filter(Reachability.class::isInstance)
                .map(Check::name)
                .collect(toUnmodifiableSet());
    }

    @Override
    public Set<String> offByDefault() {
        return checks.stream()
                .filter(OffByDefault.class::isInstance)
                .map(Check::name)
                .collect(toUnmodifiableSet());
    }

    @Override
    public List<Threshold> thresholds() {
        return checks.stream().flatMap(check -> check.thresholds().stream()).toList();
    }

    @Override
    public List<CheckOption<?>> options() {
        return checks.stream()
                .<CheckOption<?>>flatMap(check -> check.options().stream())
                .toList();
    }
}
