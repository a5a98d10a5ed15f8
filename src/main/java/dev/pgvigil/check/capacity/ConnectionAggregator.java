package dev.pgvigil.check.capacity;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.toCollection;

import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import dev.pgvigil.check.capacity.ConnectionUsage.Overflow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Aggregates the connections of a server. Pure. */
public record ConnectionAggregator(List<Held> held, Allowed allowed, int own) {

    public static final int MOST_DATABASES = 100;
    static final int MOST_ROLES = 50;
    static final int MOST_APPLICATIONS = 20;

    /** From this utilization of its own limit on, a group is kept however small it is. */
    private static final double NOTEWORTHY = 0.5;

    private static final Comparator<Group> MOST_SESSIONS =
            comparingInt(Group::sessions).reversed().thenComparing(group -> group.name() == null ? "" : group.name());

    private static final Comparator<Group> MOST_NOTEWORTHY =
            comparing((Group group) -> group.utilization() < NOTEWORTHY).thenComparing(MOST_SESSIONS);

    /**
     * Sessions that are alike.
     *
     * @param database null, like role and application, if the session has not logged in or was not read
     * @param roleLimit null or negative: none
     */
    record Held(
            @Nullable String database,
            @Nullable String role,
            @Nullable String application,
            SessionState state,
            int sessions,
            @Nullable Integer roleLimit) {}

    /**
     * The limits of the server.
     *
     * @param databases limits by database; negative: none
     */
    record Allowed(int max, int superuserReserved, int reserved, Map<String, Integer> databases) {

        int ordinary() {
            return Math.max(1, max - superuserReserved - reserved);
        }
    }

    ConnectionUsage usage() {
        Map<SessionState, Integer> states = states(held);
        int used = held.stream().mapToInt(Held::sessions).sum();
        int idle = Stream.of(
                        SessionState.IDLE, SessionState.IDLE_IN_TRANSACTION, SessionState.IDLE_IN_TRANSACTION_ABORTED)
                .mapToInt(state -> states.getOrDefault(state, 0))
                .sum();
        int size = allowed.ordinary();
        double utilization = (double) used / size;
        PoolHealth health = PoolHealth.of(utilization);
        return new ConnectionUsage(
                size,
                used,
                Math.round(utilization * 1000) / 10.0,
                health,
                health.recommendation(used, size, idle, states.getOrDefault(SessionState.STARTING, 0)),
                new Overflow(Math.max(0, size - used), allowed.max - size, Math.max(0, used - size), idle),
                null,
                null,
                null,
                allowed.max,
                allowed.superuserReserved,
                allowed.reserved,
                own,
                states,
                databases(),
                groups(held, Held::role, Held::roleLimit, MOST_ROLES),
                groups(held, Held::application, one -> null, MOST_APPLICATIONS));
    }

    /** Includes databases without sessions, so that their series are zero instead of missing. */
    private List<Group> databases() {
        List<Held> all = new ArrayList<>(held);
        allowed.databases.keySet().forEach(name -> all.add(new Held(name, null, null, SessionState.IDLE, 0, null)));
        return groups(all, Held::database, one -> allowed.databases.get(one.database), MOST_DATABASES);
    }

    private static List<Group> groups(
            List<Held> held, Function<Held, @Nullable String> key, Function<Held, @Nullable Integer> limit, int most) {
        Map<String, List<Held>> byName = new TreeMap<>();
        List<Held> rest = new ArrayList<>();
        for (Held one : held) {
            String name = key.apply(one);
            (name == null ? rest : byName.computeIfAbsent(name, any -> new ArrayList<>())).add(one);
        }
        List<Group> ranked = byName.entrySet().stream()
                .map(entry -> group(entry.getKey(), entry.getValue(), limit))
                .sorted(MOST_NOTEWORTHY)
                .toList();
        List<Group> kept = new ArrayList<>(
                ranked.stream().limit(most).sorted(MOST_SESSIONS).toList());
        ranked.stream().skip(most).forEach(group -> rest.addAll(byName.getOrDefault(group.name(), List.of())));
        if (rest.stream().anyMatch(one -> one.sessions > 0)) {
            kept.add(group(null, rest, one -> null));
        }
        return kept;
    }

    private static Group group(@Nullable String name, List<Held> held, Function<Held, @Nullable Integer> limitOf) {
        Integer limit = held.stream()
                .map(limitOf)
                .filter(Objects::nonNull)
                .filter(value -> value >= 0)
                .findFirst()
                .orElse(null);
        List<String> databases = limit == null
                ? List.of()
                : List.copyOf(held.stream()
                        .map(Held::database)
                        .filter(Objects::nonNull)
                        .collect(toCollection(TreeSet::new)));
        return new Group(name, held.stream().mapToInt(Held::sessions).sum(), states(held), limit, databases);
    }

    private static Map<SessionState, Integer> states(List<Held> held) {
        Map<SessionState, Integer> states = new EnumMap<>(SessionState.class);
        for (SessionState state : SessionState.values()) {
            states.put(state, 0);
        }
        held.forEach(one -> states.merge(one.state, one.sessions, Integer::sum));
        return states;
    }
}
