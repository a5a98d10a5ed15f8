package dev.pgvigil.check.activity;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Exempting;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.activity.Activity.Backend;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Long-running statements, transactions left open, and prepared transactions left behind. */
@Singleton
public final class LongWork implements Check<LongWork.Work>, Exempting {

    public static final String NAME = "long-work";
    static final Threshold QUERY =
            Threshold.duration(NAME, "query", Duration.ofMinutes(5), "Run time of a statement that is a finding");
    static final Threshold QUERY_HIGH = Threshold.duration(
            NAME, "query-high", Duration.ofMinutes(30), "Run time of a statement that is a finding of high severity");
    static final Threshold IDLE = Threshold.duration(
            NAME, "idle-in-transaction", Duration.ofMinutes(1), "Time idle in a transaction that is a finding");
    static final Threshold IDLE_HIGH = Threshold.duration(
            NAME,
            "idle-in-transaction-high",
            Duration.ofMinutes(5),
            "Time idle in a transaction that is a finding of high severity");
    static final Threshold PREPARED = Threshold.duration(
            NAME, "prepared", Duration.ofMinutes(5), "Age of a prepared transaction that is a finding");

    /** The most of each kind that are kept, and the minimum age. */
    static final int MOST = 100;

    static final double FLOOR_SECONDS = 1;

    /** From this age in transactions on, a snapshot prevents vacuum from removing a considerable number of rows. */
    static final long OLD_HORIZON = 1_000_000;

    /**
     * One statement, idle transaction or prepared transaction.
     *
     * @param pid null for a prepared transaction
     * @param gid name of a prepared transaction
     * @param seconds how long the statement has run, the session has been idle, or the transaction has been prepared
     * @param xminAge age in transactions of the oldest transaction it may still see: vacuum removes nothing newer
     */
    public record Item(
            @Nullable Integer pid,
            @Nullable String gid,
            @Nullable String datname,
            @Nullable String usename,
            @Nullable String applicationName,
            double seconds,
            double transactionSeconds,
            long xminAge,
            @Nullable String query) {

        private static Item of(Backend session, double seconds) {
            return new Item(
                    session.pid(),
                    null,
                    session.datname(),
                    session.usename(),
                    session.applicationName(),
                    seconds,
                    session.transactionSeconds(),
                    session.horizon(),
                    session.query());
        }

        private static Item of(PreparedTransaction prepared) {
            return new Item(
                    null,
                    prepared.gid(),
                    prepared.datname(),
                    prepared.usename(),
                    null,
                    prepared.seconds(),
                    prepared.seconds(),
                    prepared.horizon(),
                    null);
        }

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "pid", pid,
                    "gid", gid,
                    "datname", datname,
                    "usename", usename,
                    "application_name", applicationName,
                    "seconds", seconds,
                    "transaction_seconds", transactionSeconds,
                    "xmin_age", xminAge,
                    "query", query);
        }
    }

    /**
     * The work of a server that has lasted over a second, longest first.
     *
     * @param prepared the oldest
     * @param preparedTotal number of prepared transactions
     * @param untracked sessions with track_activities off: whether and how long they work is not known
     * @param complete whether all sessions were read
     */
    public record Work(
            List<Item> queries,
            List<Item> idleInTransaction,
            List<Item> prepared,
            List<Item> untracked,
            long preparedTotal,
            boolean complete) {

        public Work {
            queries = List.copyOf(queries);
            idleInTransaction = List.copyOf(idleInTransaction);
            prepared = List.copyOf(prepared);
            untracked = List.copyOf(untracked);
        }

        static Work of(Activity activity, PreparedTransaction.All prepared) {
            return new Work(
                    longest(activity, Work::works, Backend::querySeconds),
                    longest(activity, Backend::idleInTransaction, Backend::stateSeconds),
                    prepared.oldest().stream().map(Item::of).toList(),
                    activity.backends().stream()
                            .filter(session -> session.backendType().equals("client backend") && session.untracked())
                            .map(session -> Item.of(session, 0))
                            .limit(MOST)
                            .toList(),
                    prepared.total(),
                    activity.complete());
        }

        /** A statement that waits for an advisory lock is left to the check blocking, unless it holds back vacuum. */
        private static boolean works(Backend session) {
            return session.active() && !(session.waitsForAdvisory() && session.horizon() < OLD_HORIZON);
        }

        /** Whether these are all of their kind. */
        boolean all(List<Item> sessions) {
            return complete && sessions.size() < MOST;
        }

        private static List<Item> longest(Activity activity, Predicate<Backend> kind, ToDoubleFunction<Backend> age) {
            return activity.backends().stream()
                    .filter(session -> session.backendType().equals("client backend"))
                    .filter(kind)
                    .map(session -> Item.of(session, age.applyAsDouble(session)))
                    .filter(item -> item.seconds >= FLOOR_SECONDS)
                    .sorted(Comparator.comparingDouble(Item::seconds).reversed())
                    .limit(MOST)
                    .toList();
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
        return Policy.every(Duration.ofSeconds(15));
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(QUERY, QUERY_HIGH, IDLE, IDLE_HIGH, PREPARED);
    }

    @Override
    public Uni<Work> collect(Session session) {
        return Activity.of(session)
                .flatMap(activity -> PreparedTransaction.of(session).map(prepared -> Work.of(activity, prepared)));
    }

    @Override
    public List<Finding> evaluate(Work now, Previous<Work> previous, Target target) {
        LongWorkFindings findings = new LongWorkFindings(target.thresholds());
        Exempted exempted = new Exempted(target.exemptions(NAME));
        return Stream.of(
                        findings.queries(over(now.queries, target, QUERY, exempted), now.all(now.queries)),
                        findings.idle(
                                over(now.idleInTransaction, target, IDLE, exempted), now.all(now.idleInTransaction)),
                        findings.prepared(
                                over(now.prepared, target, PREPARED, exempted),
                                now.prepared.size() >= now.preparedTotal),
                        findings.untracked(now.untracked.stream()
                                .filter(item -> target.database().equals(item.datname))
                                .filter(item -> !exempted.has(item.applicationName, item.usename))
                                .toList()),
                        exempted.finding(NAME))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void export(Work now, MetricSink sink) {
        sink.gauge(
                "pgvigil_long_work_oldest_query_seconds", "Age of the oldest running statement.", oldest(now.queries));
        sink.gauge(
                "pgvigil_long_work_oldest_idle_in_transaction_seconds",
                "The longest time that a session is idle in a transaction.",
                oldest(now.idleInTransaction));
        sink.gauge(
                "pgvigil_long_work_oldest_prepared_seconds",
                "Age of the oldest prepared transaction.",
                oldest(now.prepared));
        sink.gauge("pgvigil_long_work_prepared_transactions", "Prepared transactions.", (double) now.preparedTotal);
    }

    private static List<Item> over(List<Item> items, Target target, Threshold limit, Exempted exempted) {
        double seconds = target.thresholds().of(limit);
        return items.stream()
                .filter(item -> target.database().equals(item.datname) && item.seconds >= seconds)
                .filter(item -> !exempted.takes(item.applicationName, item.usename, 1, true))
                .toList();
    }

    private static double oldest(List<Item> items) {
        return items.isEmpty() ? 0 : items.getFirst().seconds;
    }
}
