package dev.pgvigil.check.pooler;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pools of the PgBouncer in front of a server: clients that wait, pools that are full or paused. */
@Singleton
public final class Pooler implements Check<Pooler.State> {

    public static final String NAME = "pooler";

    static final Threshold WAIT = Threshold.duration(
            NAME, "wait", Duration.ofSeconds(2), "Longest wait of a client from which the target is degraded");
    static final Threshold WAIT_UNHEALTHY = Threshold.duration(
            NAME, "wait-unhealthy", Duration.ofSeconds(30), "Longest wait of a client from which it is unhealthy");
    static final Threshold AVERAGE = Threshold.duration(
            NAME, "average-wait", Duration.ofMillis(500), "Average wait of clients from which the target is degraded");

    private static final int MOST = 50;
    private static final int MOST_SERIES = 20;
    private static final double MICROSECONDS = 1_000_000.0;

    /** The database of the admin console itself. */
    private static final String CONSOLE = "pgbouncer";

    /**
     * One pool: a database and a user.
     *
     * @param clientsActive clients that have a server connection, or need none at the moment
     * @param clientsWaiting clients that have sent a query and wait for a server connection
     * @param serversLogin server connections that are being opened
     * @param maxWaitSeconds for how long the first client in the queue has waited
     */
    public record Pool(
            String database,
            String user,
            String mode,
            long clientsActive,
            long clientsWaiting,
            long serversActive,
            long serversIdle,
            long serversLogin,
            double maxWaitSeconds) {

        String label() {
            return database + ", user " + user;
        }
    }

    /**
     * One database of the pooler.
     *
     * @param poolSize server connections that each of its pools may have
     * @param averageWaitSeconds of clients for a server connection, in the last period of statistics (60 s)
     * @param waitSeconds waits of all clients since the pooler started
     */
    public record Database(
            String database,
            long poolSize,
            long connections,
            boolean paused,
            boolean disabled,
            double averageWaitSeconds,
            double averageQueriesPerSecond,
            double waitSeconds) {}

    /**
     * The pooler of a server.
     *
     * @param configured whether one is configured
     * @param unreachable why it does not answer; null: it does
     * @param pools those with the longest wait first, at most 50
     * @param databases at most 50
     */
    public record State(boolean configured, @Nullable String unreachable, List<Pool> pools, List<Database> databases) {

        static final State NONE = new State(false, null, List.of(), List.of());

        public State {
            pools = List.copyOf(pools);
            databases = List.copyOf(databases);
        }
    }

    private record Limits(String name, long poolSize, long connections, boolean paused, boolean disabled) {}

    private record Statistics(String database, double averageWait, double queries, double totalWait) {}

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
        return Policy.every(Duration.ofSeconds(10)).with(Policy.Priority.HIGH).with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAIT, WAIT_UNHEALTHY, AVERAGE);
    }

    @Override
    public boolean concerns(Target target) {
        return target.server().pooler() != null;
    }

    @Override
    public Uni<State> collect(Session session) {
        if (!session.hasPooler()) {
            return Uni.createFrom().item(State.NONE);
        }
        return session.pooler(console -> console.rows("SHOW POOLS", Pooler::pool)
                        .flatMap(pools -> console.rows("SHOW DATABASES", Pooler::limits)
                                .flatMap(databases -> console.rows("SHOW STATS", Pooler::statistics)
                                        .map(statistics -> state(pools, databases, statistics)))))
                .onFailure(Pooler::isDown)
                .recoverWithItem(thrown -> new State(true, message(thrown), List.of(), List.of()));
    }

    private static boolean isDown(Throwable thrown) {
        return thrown instanceof FailureException known
                && switch (known.failure().reason()) {
                    case CONNECT, TIMEOUT -> true;
                    case CAPACITY, AUTH, TLS, PERMISSION, UNSUPPORTED, QUERY, LOCAL -> false;
                };
    }

    private static String message(Throwable thrown) {
        return thrown instanceof FailureException known ? known.failure().message() : String.valueOf(thrown);
    }

    private static State state(List<Pool> pools, List<Limits> limits, List<Statistics> statistics) {
        return new State(
                true,
                null,
                pools.stream()
                        .filter(pool -> !pool.database.equals(CONSOLE))
                        .sorted(Comparator.comparingDouble(Pool::maxWaitSeconds)
                                .thenComparingLong(Pool::clientsWaiting)
                                .thenComparingLong(Pool::clientsActive)
                                .reversed())
                        .limit(MOST)
                        .toList(),
                limits.stream()
                        .filter(database -> !database.name.equals(CONSOLE))
                        .limit(MOST)
                        .map(database -> database(database, statistics))
                        .toList());
    }

    private static Database database(Limits limits, List<Statistics> statistics) {
        Statistics own = statistics.stream()
                .filter(one -> one.database.equals(limits.name))
                .findFirst()
                .orElse(new Statistics(limits.name, 0, 0, 0));
        return new Database(
                limits.name,
                limits.poolSize,
                limits.connections,
                limits.paused,
                limits.disabled,
                own.averageWait / MICROSECONDS,
                own.queries,
                own.totalWait / MICROSECONDS);
    }

    private static Pool pool(Row row) {
        return new Pool(
                text(row, "database"),
                text(row, "user"),
                text(row, "pool_mode"),
                (long) number(row, "cl_active"),
                (long) number(row, "cl_waiting"),
                (long) number(row, "sv_active"),
                (long) number(row, "sv_idle"),
                (long) number(row, "sv_login"),
                number(row, "maxwait") + number(row, "maxwait_us") / MICROSECONDS);
    }

    private static Limits limits(Row row) {
        return new Limits(
                text(row, "name"),
                (long) number(row, "pool_size"),
                (long) number(row, "current_connections"),
                number(row, "paused") != 0,
                number(row, "disabled") != 0);
    }

    private static Statistics statistics(Row row) {
        return new Statistics(
                text(row, "database"),
                number(row, "avg_wait_time"),
                number(row, "avg_query_count"),
                number(row, "total_wait_time"));
    }

    private static String text(Row row, String column) {
        int index = row.getColumnIndex(column);
        Object value = index < 0 ? null : row.getValue(index);
        return value == null ? "" : String.valueOf(value);
    }

    /** A column that this PgBouncer does not have is 0. Its type differs between versions. */
    private static double number(Row row, String column) {
        int index = row.getColumnIndex(column);
        Object value = index < 0 ? null : row.getValue(index);
        return switch (value) {
            case null -> 0;
            case Number number -> number.doubleValue();
            case Object other -> Double.parseDouble(other.toString());
        };
    }

    @Override
    public List<Finding> evaluate(State now, Previous<State> previous, Target target) {
        return new PoolerFindings(target.thresholds()).all(now);
    }

    @Override
    public void export(State now, MetricSink sink) {
        if (!now.configured) {
            return;
        }
        sink.gauge("pgvigil_pooler_up", "1 if the pooler answers.", now.unreachable == null ? 1 : 0);
        now.pools.stream().limit(MOST_SERIES).forEach(pool -> export(pool, sink));
        now.databases.stream().limit(MOST_SERIES).forEach(database -> {
            sink.counter(
                    "pgvigil_pooler_wait_seconds_total",
                    "Time for which clients waited for a server connection.",
                    database.waitSeconds,
                    "pool",
                    database.database);
            sink.gauge(
                    "pgvigil_pooler_average_wait_seconds",
                    "Average wait of clients for a server connection in the pooler's last period.",
                    database.averageWaitSeconds,
                    "pool",
                    database.database);
        });
    }

    private static void export(Pool pool, MetricSink sink) {
        String[] labels = {"pool", pool.database, "pool_user", pool.user};
        sink.gauge(
                "pgvigil_pooler_clients_active",
                "Clients that have a server connection, or need none at the moment.",
                (double) pool.clientsActive,
                labels);
        sink.gauge(
                "pgvigil_pooler_clients_waiting",
                "Clients that wait for a server connection.",
                (double) pool.clientsWaiting,
                labels);
        sink.gauge("pgvigil_pooler_servers_active", "Server connections in use.", (double) pool.serversActive, labels);
        sink.gauge(
                "pgvigil_pooler_servers_idle", "Server connections that are free.", (double) pool.serversIdle, labels);
        sink.gauge(
                "pgvigil_pooler_longest_wait_seconds",
                "For how long the first client in the queue has waited.",
                pool.maxWaitSeconds,
                labels);
    }
}
