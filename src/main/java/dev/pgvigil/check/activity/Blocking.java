package dev.pgvigil.check.activity;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Who waits for whose locks, and who is at the root of it. */
@Singleton
public final class Blocking implements Check<Blocking.Locks> {

    public static final String NAME = "blocking";
    static final Threshold DEGRADED = Threshold.duration(NAME, "degraded", Duration.ofSeconds(5));
    static final Threshold UNHEALTHY = Threshold.duration(NAME, "unhealthy", Duration.ofSeconds(30));
    static final Threshold WAITERS_DEGRADED = Threshold.count(NAME, "waiters-degraded", 10);
    static final Threshold WAITERS_UNHEALTHY = Threshold.count(NAME, "waiters-unhealthy", 50);

    /** Shorter waits are everyday contention: they are shown, and count for nothing. */
    static final double PATIENCE_SECONDS = 1;

    /**
     * Waits of the sessions of one database.
     *
     * @param lasting how many of them last over a second
     */
    @Schema(name = "DatabaseWaits")
    public record Waits(String datname, int waiting, double longestSeconds, int lasting) {

        public static Waits of(String datname, double seconds) {
            return new Waits(datname, 1, seconds, seconds > PATIENCE_SECONDS ? 1 : 0);
        }

        Waits plus(Waits more) {
            return new Waits(
                    datname,
                    waiting + more.waiting,
                    Math.max(longestSeconds, more.longestSeconds),
                    lasting + more.lasting);
        }
    }

    /**
     * The waits of a server.
     *
     * @param databases those where sessions wait, with all that do
     * @param trees worst first, at most {@value LockTree#MOST} nodes
     * @param complete whether all that wait were read; if not, the trees know those that wait longest
     */
    @Schema(name = "Locks")
    public record Locks(
            int waiting, double longestSeconds, List<Waits> databases, List<LockNode> trees, boolean complete) {

        static final Locks NONE = new Locks(0, 0, List.of(), List.of(), true);

        public Locks {
            databases = List.copyOf(databases);
            trees = List.copyOf(trees);
        }

        /** All that wait, and what blocks them. */
        static Locks of(List<LockTree.Participant> participants) {
            Map<String, Waits> databases = new TreeMap<>();
            participants.stream()
                    .filter(LockTree.Participant::waits)
                    .map(LockTree.Participant::face)
                    .map(face -> Waits.of(face.datname() == null ? "" : face.datname(), face.waited()))
                    .forEach(waits -> databases.merge(waits.datname, waits, Waits::plus));
            return of(participants, List.copyOf(databases.values()), true);
        }

        /** Some that wait, and of all of them the number. */
        static Locks sample(List<LockTree.Participant> participants, List<Waits> counted) {
            return of(participants, counted, false);
        }

        private static Locks of(List<LockTree.Participant> participants, List<Waits> databases, boolean complete) {
            return new Locks(
                    databases.stream().mapToInt(Waits::waiting).sum(),
                    databases.stream().mapToDouble(Waits::longestSeconds).max().orElse(0),
                    databases,
                    LockTree.of(participants),
                    complete);
        }

        Optional<Waits> in(String database) {
            return databases.stream()
                    .filter(waits -> waits.datname.equals(database))
                    .findFirst();
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
    public Duration interval() {
        return Duration.ofSeconds(5);
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> limits() {
        return List.of(DEGRADED, UNHEALTHY, WAITERS_DEGRADED, WAITERS_UNHEALTHY);
    }

    /** One cheap statement while nothing waits. */
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
    public List<Finding> evaluate(Locks now, Previous<Locks> past, Target target) {
        return now.in(target.database()).stream()
                .flatMap(waits -> evaluate(now, waits, target).stream())
                .toList();
    }

    private static Optional<Finding> evaluate(Locks now, Waits waits, Target target) {
        Thresholds limits = target.thresholds();
        boolean many = waits.lasting >= limits.of(WAITERS_UNHEALTHY);
        if (many || waits.longestSeconds >= limits.of(UNHEALTHY)) {
            Severity severity = many ? Severity.CRITICAL : Severity.HIGH;
            return Optional.of(finding(now, waits, target, Status.UNHEALTHY, severity));
        }
        if (waits.lasting >= limits.of(WAITERS_DEGRADED) || waits.longestSeconds >= limits.of(DEGRADED)) {
            return Optional.of(finding(now, waits, target, Status.DEGRADED, Severity.MEDIUM));
        }
        return Optional.empty();
    }

    @Override
    public void export(Locks now, MetricSink gauges) {
        gauges.gauge("pgvigil_blocking_waiting_sessions", "Sessions that wait for a lock.", now.waiting);
        gauges.gauge("pgvigil_blocking_longest_wait_seconds", "The longest wait for a lock.", now.longestSeconds);
        gauges.gauge("pgvigil_blocking_roots", "Sessions that block others and wait for none.", now.trees.size());
    }

    private static Finding finding(Locks now, Waits waits, Target target, Status status, Severity severity) {
        List<LockNode> trees = now.trees.stream()
                .filter(root -> concerns(root, target.database()))
                .toList();
        String observed = "%s for a lock%s, the longest for %s"
                .formatted(
                        waits.waiting == 1 ? "1 session waits" : waits.waiting + " sessions wait",
                        now.complete ? "" : " (looked at: the " + LockWaits.MOST_WAITING + " that wait longest)",
                        HumanFormat.seconds(waits.longestSeconds));
        return BlockingFindings.of(trees, observed, status, severity).threshold(threshold(target.thresholds()));
    }

    /** A root without anything below blocks as well: what it blocks stands under another root. */
    private static boolean concerns(LockNode root, String database) {
        return (root.blocks().isEmpty() && root.in(database))
                || root.all().anyMatch(node -> node.waitingSeconds() != null && node.in(database));
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
