package dev.pgvigil.check.activity;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Exempting;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Sessions that wait for locks, and the sessions that block them. */
@Singleton
public final class Blocking implements Check<Blocking.Locks>, Exempting {

    public static final String NAME = "blocking";
    static final Threshold DEGRADED = Threshold.duration(
            NAME, "degraded", Duration.ofSeconds(5), "Longest wait for a lock that degrades the target");
    static final Threshold UNHEALTHY = Threshold.duration(
            NAME, "unhealthy", Duration.ofSeconds(30), "Longest wait for a lock that makes the target unhealthy");
    static final Threshold WAITERS_DEGRADED =
            Threshold.count(NAME, "waiters-degraded", 10, "Waiting sessions that degrade the target");
    static final Threshold WAITERS_UNHEALTHY =
            Threshold.count(NAME, "waiters-unhealthy", 50, "Waiting sessions that make the target unhealthy");
    static final Threshold ADVISORY_WAITERS = Threshold.count(
            NAME, "advisory-waiters", 10, "Sessions waiting for advisory locks alone that are a finding");

    /** Shorter waits are normal contention: they are shown, but do not count as waiters. */
    static final double PATIENCE_SECONDS = 1;

    /**
     * Waits of the sessions of one database.
     *
     * @param lasting how many of them last over a second
     */
    @Schema(name = "DatabaseWaits")
    public record Waits(String datname, int waiting, double longestSeconds, int lasting) {

        Waits plus(Waits more) {
            return new Waits(
                    datname,
                    waiting + more.waiting,
                    Math.max(longestSeconds, more.longestSeconds),
                    lasting + more.lasting);
        }
    }

    /**
     * Waits of sessions that are evaluated alike.
     *
     * @param advisory whether they wait for advisory locks, and block no session that waits for another lock
     * @param lasting how many of them last over a second
     */
    @Schema(name = "SessionWaits")
    public record Group(
            String datname,
            @Nullable String usename,
            String applicationName,
            boolean advisory,
            int waiting,
            double longestSeconds,
            int lasting) {

        private record Key(String datname, @Nullable String usename, String applicationName, boolean advisory) {}

        private static Group of(LockNode node, boolean advisory) {
            return new Group(
                    node.datname() == null ? "" : node.datname(),
                    node.usename(),
                    node.applicationName(),
                    advisory,
                    1,
                    node.waited(),
                    node.waited() > PATIENCE_SECONDS ? 1 : 0);
        }

        private Key key() {
            return new Key(datname, usename, applicationName, advisory);
        }

        private Waits waits() {
            return new Waits(datname, waiting, longestSeconds, lasting);
        }

        private Group plus(Group more) {
            return new Group(
                    datname,
                    usename,
                    applicationName,
                    advisory,
                    waiting + more.waiting,
                    Math.max(longestSeconds, more.longestSeconds),
                    lasting + more.lasting);
        }
    }

    /**
     * The waits of a server.
     *
     * @param databases those where sessions wait, with the number of waiting sessions
     * @param groups the same by role, application and kind of lock
     * @param trees worst first, at most {@value LockTree#MOST} nodes
     * @param complete whether all waiting sessions were read; if not, the trees contain those that wait longest
     */
    @Schema(name = "Locks")
    public record Locks(
            int waiting,
            double longestSeconds,
            List<Waits> databases,
            List<Group> groups,
            List<LockNode> trees,
            boolean complete) {

        static final Locks NONE = new Locks(0, 0, List.of(), List.of(), List.of(), true);

        public Locks {
            databases = List.copyOf(databases);
            groups = List.copyOf(groups);
            trees = List.copyOf(trees);
        }

        /** All waiting sessions, and what blocks them. */
        static Locks of(List<LockTree.Participant> participants) {
            Set<Integer> holdBack = new HashSet<>();
            participants.stream()
                    .filter(one -> one.waits() && !one.face().waitsForAdvisory())
                    .forEach(one -> holdBack.addAll(one.blockers()));
            List<Group> groups = participants.stream()
                    .filter(LockTree.Participant::waits)
                    .map(LockTree.Participant::face)
                    .map(face -> Group.of(face, face.waitsForAdvisory() && !holdBack.contains(face.pid())))
                    .toList();
            return of(participants, groups, true);
        }

        /** Some of the waiting sessions, and the number of all. */
        static Locks sample(List<LockTree.Participant> participants, List<Group> counted) {
            return of(participants, counted, false);
        }

        private static Locks of(List<LockTree.Participant> participants, List<Group> waits, boolean complete) {
            Map<String, Waits> databases = new TreeMap<>();
            Map<Group.Key, Group> groups = new LinkedHashMap<>();
            waits.forEach(group -> {
                databases.merge(group.datname, group.waits(), Waits::plus);
                groups.merge(group.key(), group, Group::plus);
            });
            return new Locks(
                    databases.values().stream().mapToInt(Waits::waiting).sum(),
                    databases.values().stream()
                            .mapToDouble(Waits::longestSeconds)
                            .max()
                            .orElse(0),
                    List.copyOf(databases.values()),
                    List.copyOf(groups.values()),
                    LockTree.of(participants),
                    complete);
        }

        int waitingForAdvisory() {
            return groups.stream()
                    .filter(Group::advisory)
                    .mapToInt(Group::waiting)
                    .sum();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(5)).with(Policy.Priority.HIGH);
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEGRADED, UNHEALTHY, WAITERS_DEGRADED, WAITERS_UNHEALTHY, ADVISORY_WAITERS);
    }

    /** Only one cheap statement while no session waits. */
    @Override
    public Uni<Locks> collect(Session session) {
        return Activity.of(session)
                .flatMap(activity -> activity.lockWaits() == 0
                        ? Uni.createFrom().item(Locks.NONE)
                        : LockWaits.of(session).flatMap(waits -> locks(session, waits)));
    }

    private static Uni<Locks> locks(Session session, LockWaits waits) {
        return waits.complete()
                ? Uni.createFrom().item(Locks.of(waits.participants()))
                : LockWaits.counted(session).map(counted -> Locks.sample(waits.participants(), counted));
    }

    @Override
    public List<Finding> evaluate(Locks now, Previous<Locks> previous, Target target) {
        Thresholds limits = target.thresholds();
        Exempted exempted = new Exempted(target.exemptions(NAME));
        Map<Boolean, Waits> byAdvisory = new HashMap<>();
        now.groups.stream()
                .filter(group -> group.datname.equals(target.database()))
                .filter(group -> !exempted.takes(
                        group.applicationName,
                        group.usename,
                        group.waiting,
                        group.longestSeconds >= limits.of(DEGRADED)))
                .forEach(group -> byAdvisory.merge(group.advisory, group.waits(), Waits::plus));
        return Stream.of(
                        Optional.ofNullable(byAdvisory.get(false))
                                .flatMap(waits -> blocked(now, waits, target, exempted)),
                        Optional.ofNullable(byAdvisory.get(true))
                                .filter(waits -> waits.longestSeconds >= limits.of(DEGRADED)
                                        && waits.lasting >= limits.of(ADVISORY_WAITERS))
                                .map(waits -> advisory(now, waits, target, exempted)),
                        exempted.finding(NAME))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> blocked(Locks now, Waits waits, Target target, Exempted exempted) {
        Thresholds limits = target.thresholds();
        boolean many = waits.lasting >= limits.of(WAITERS_UNHEALTHY);
        if (many || waits.longestSeconds >= limits.of(UNHEALTHY)) {
            Severity severity = many ? Severity.CRITICAL : Severity.HIGH;
            return Optional.of(finding(now, waits, target, exempted, Status.UNHEALTHY, severity));
        }
        if (waits.lasting >= limits.of(WAITERS_DEGRADED) || waits.longestSeconds >= limits.of(DEGRADED)) {
            return Optional.of(finding(now, waits, target, exempted, Status.DEGRADED, Severity.MEDIUM));
        }
        return Optional.empty();
    }

    @Override
    public void export(Locks now, MetricSink sink) {
        sink.gauge("pgvigil_blocking_waiting_sessions", "Sessions that wait for a lock.", now.waiting);
        sink.gauge(
                "pgvigil_blocking_advisory_waiting_sessions",
                "Sessions that wait for an advisory lock and block no session that waits for another kind of lock.",
                now.waitingForAdvisory());
        sink.gauge("pgvigil_blocking_longest_wait_seconds", "The longest wait for a lock.", now.longestSeconds);
        sink.gauge(
                "pgvigil_blocking_roots", "Sessions that block others and do not wait themselves.", now.trees.size());
    }

    private static Finding finding(
            Locks now, Waits waits, Target target, Exempted exempted, Status status, Severity severity) {
        Predicate<LockNode> relevant =
                node -> node.waitingSeconds() != null && !node.waitsForAdvisory() && concerns(node, target, exempted);
        // A root without children blocks as well: the session that it blocks is under another root.
        List<LockNode> trees = now.trees.stream()
                .filter(root -> (root.blocks().isEmpty() && root.in(target.database()))
                        || root.all().anyMatch(relevant))
                .toList();
        return BlockingFindings.of(trees, observed(now, waits, "a lock"), status, severity)
                .threshold(threshold(target.thresholds()));
    }

    private static Finding advisory(Locks now, Waits waits, Target target, Exempted exempted) {
        List<LockNode> trees = now.trees.stream()
                .filter(root ->
                        root.all().anyMatch(node -> node.waitsForAdvisory() && concerns(node, target, exempted)))
                .toList();
        return BlockingFindings.advisory(trees, observed(now, waits, "an advisory lock"))
                .threshold("from " + HumanFormat.seconds(target.thresholds().of(DEGRADED)));
    }

    private static boolean concerns(LockNode node, Target target, Exempted exempted) {
        return node.in(target.database()) && !exempted.has(node.applicationName(), node.usename());
    }

    private static String observed(Locks now, Waits waits, String lock) {
        return "%s for %s%s, the longest for %s"
                .formatted(
                        waits.waiting == 1 ? "1 session waits" : waits.waiting + " sessions wait",
                        lock,
                        now.complete ? "" : " (shown: the " + LockWaits.MOST_WAITING + " that wait longest)",
                        HumanFormat.seconds(waits.longestSeconds));
    }

    private static String threshold(Thresholds limits) {
        return "degraded from %s or %s sessions that wait for over 1 s, unhealthy from %s or %s sessions"
                .formatted(
                        HumanFormat.seconds(limits.of(DEGRADED)),
                        HumanFormat.number(limits.of(WAITERS_DEGRADED)),
                        HumanFormat.seconds(limits.of(UNHEALTHY)),
                        HumanFormat.number(limits.of(WAITERS_UNHEALTHY)));
    }
}
