package dev.pgvigil.check.replication;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Logical replication as its subscriber sees it: subscriptions that are disabled, fail, stall or never finish copying. */
@Singleton
public final class Subscriptions implements Check<Subscriptions.Listing> {

    public static final String NAME = "subscriptions";

    static final Threshold STALLED = Threshold.duration(
            NAME, "stalled", Duration.ofMinutes(5), "Time without a message of the publisher that degrades the target");
    static final Threshold COPYING = Threshold.duration(
            NAME,
            "copying",
            Duration.ofMinutes(10),
            "Time for which tables are not copied, and nothing copies them, that degrades the target");

    private static final double LATELY_SECONDS = 90;

    private static final int MOST = 50;

    // subconninfo is not readable without being a superuser, and may hold a password.
    private static final String SQL = """
            select s.subname::text as subname, s.subenabled, s.subslotname::text as slot_name, {on_error},
              extract(epoch from pg_catalog.clock_timestamp())::float8 as at,
              w.pid is not null as running,
              extract(epoch from pg_catalog.clock_timestamp() - w.last_msg_receipt_time)::float8 as message_seconds,
              (select pg_catalog.count(*) from pg_catalog.pg_stat_get_subscription(s.oid) t where t.relid is not null) as copying,
              (select pg_catalog.count(*) from pg_catalog.pg_subscription_rel r where r.srsubid = s.oid) as tables,
              (select pg_catalog.count(*) from pg_catalog.pg_subscription_rel r
                where r.srsubid = s.oid and r.srsubstate not in ('r', 's')) as pending,
              {errors},
              pg_catalog.count(*) over () as total
            from pg_catalog.pg_subscription s
              left join lateral (select p.pid, p.last_msg_receipt_time from pg_catalog.pg_stat_get_subscription(s.oid) p
                where p.relid is null and p.pid is not null {leader} limit 1) w on true
              {statistics}
            where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
            order by w.pid is not null, s.subname
            limit\s""" + MOST;

    /**
     * One subscription of the database.
     *
     * @param slotName on the publisher; null: none is kept there
     * @param disablesOnError whether the first error disables it, from PostgreSQL 15 on
     * @param running whether its apply worker runs
     * @param messageSeconds since the last message of the publisher; null: none
     * @param copying workers that copy tables
     * @param tables tables that it replicates
     * @param pending tables that are not copied yet
     * @param pendingSeconds for how long pgvigil has seen that many pending without a worker that copies; 0: not
     * @param errorSeconds since pgvigil saw its errors become more; null: it did not
     * @param applyErrors errors in applying changes; null before PostgreSQL 15, which does not count them
     * @param copyErrors errors in copying tables; likewise
     */
    public record Subscription(
            String subname,
            boolean enabled,
            @Nullable String slotName,
            boolean disablesOnError,
            boolean running,
            @Nullable Double messageSeconds,
            long copying,
            long tables,
            long pending,
            double pendingSeconds,
            @Nullable Double errorSeconds,
            @Nullable Long applyErrors,
            @Nullable Long copyErrors) {

        long errors() {
            return (applyErrors == null ? 0 : applyErrors) + (copyErrors == null ? 0 : copyErrors);
        }

        /** Whether errors came lately: one that repeats comes every 5 s. */
        boolean failing() {
            return errorSeconds != null && errorSeconds < LATELY_SECONDS;
        }
    }

    /** The subscriptions of a database, those without a worker first, at most 50. */
    public record Listing(List<Subscription> subscriptions, long total) {

        public Listing {
            subscriptions = List.copyOf(subscriptions);
        }

        Optional<Subscription> named(String name) {
            return subscriptions.stream()
                    .filter(subscription -> subscription.subname.equals(name))
                    .findFirst();
        }
    }

    private record Line(Subscription subscription, long total) {}

    /** What pgvigil has seen of each subscription that is listed. Times are seconds of the server's clock. */
    private static final class Seen {

        /**
         * @param pendingSince since when so many tables have been pending without a worker that copies
         * @param errorAt when the errors became more; null: they did not
         */
        private record Times(
                long pending,
                double pendingSince,
                long errors,
                @Nullable Double errorAt) {}

        private Map<String, Times> known = new HashMap<>();
        private Map<String, Times> next = new HashMap<>();

        Times advance(String name, long pending, boolean copying, long errors, double at) {
            Times last = known.get(name);
            Double errorAt = last == null ? null : errors > last.errors ? Double.valueOf(at) : last.errorAt;
            double since = last != null && last.pending == pending && !copying ? last.pendingSince : at;
            Times now = new Times(pending, since, errors, errorAt);
            next.put(name, now);
            return now;
        }

        void next() {
            known = next;
            next = new HashMap<>();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    /** A worker that ended begins again after 5 s. */
    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1)).with(new Debounce(2, 3));
    }

    /** On a standby subscriptions do not run. */
    @Override
    public Requirements requirements() {
        return new Requirements(14, ExpectedRole.PRIMARY, null, false);
    }

    @Override
    public boolean idle(Listing now) {
        return now.total == 0;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(STALLED, COPYING);
    }

    @Override
    public Uni<Listing> collect(Session session) {
        Seen seen = session.memory(budget -> new Seen());
        return session.rows(sql(session.facts().major()), row -> line(row, seen))
                .map(lines -> {
                    seen.next();
                    return new Listing(
                            lines.stream().map(Line::subscription).toList(),
                            lines.isEmpty() ? 0 : lines.getFirst().total);
                });
    }

    private static String sql(int major) {
        boolean counted = major >= 15;
        return SQL.replace("{on_error}", counted ? "s.subdisableonerr as on_error" : "false as on_error")
                .replace("{leader}", major >= 16 ? "and p.leader_pid is null" : "")
                .replace(
                        "{errors}",
                        counted
                                ? "e.apply_error_count as apply_errors, e.sync_error_count as copy_errors"
                                : "null::int8 as apply_errors, null::int8 as copy_errors")
                .replace(
                        "{statistics}",
                        counted ? "left join pg_catalog.pg_stat_subscription_stats e on e.subid = s.oid" : "");
    }

    private static Line line(Row row, Seen seen) {
        String name = row.getString("subname");
        long pending = row.getLong("pending");
        long copying = row.getLong("copying");
        Long applyErrors = row.getLong("apply_errors");
        Long copyErrors = row.getLong("copy_errors");
        double at = row.getDouble("at");
        long errors = (applyErrors == null ? 0 : applyErrors) + (copyErrors == null ? 0 : copyErrors);
        Seen.Times times = seen.advance(name, pending, copying > 0, errors, at);
        Double errorAt = times.errorAt();
        Subscription subscription = new Subscription(
                name,
                row.getBoolean("subenabled"),
                row.getString("slot_name"),
                row.getBoolean("on_error"),
                row.getBoolean("running"),
                row.getDouble("message_seconds"),
                copying,
                row.getLong("tables"),
                pending,
                pending == 0 ? 0 : Math.max(0, at - times.pendingSince()),
                errorAt == null ? null : Math.max(0, at - errorAt),
                applyErrors,
                copyErrors);
        return new Line(subscription, row.getLong("total"));
    }

    @Override
    public List<Finding> evaluate(Listing now, Previous<Listing> previous, Target target) {
        return new SubscriptionFindings(target.thresholds()).all(now);
    }

    @Override
    public void export(Listing now, MetricSink sink) {
        now.subscriptions.stream().limit(20).forEach(subscription -> export(subscription, sink));
    }

    private static void export(Subscription subscription, MetricSink sink) {
        String[] labels = {"subname", subscription.subname};
        sink.gauge(
                "pgvigil_subscription_enabled",
                "1 if the subscription is enabled.",
                subscription.enabled ? 1 : 0,
                labels);
        sink.gauge(
                "pgvigil_subscription_running",
                "1 if the apply worker of the subscription runs.",
                subscription.running ? 1 : 0,
                labels);
        sink.gauge(
                "pgvigil_subscription_pending_tables",
                "Tables of the subscription that are not copied yet.",
                (double) subscription.pending,
                labels);
        Double message = subscription.messageSeconds;
        if (message != null) {
            sink.gauge(
                    "pgvigil_subscription_message_age_seconds",
                    "Since the last message of the publisher.",
                    message,
                    labels);
        }
        if (subscription.applyErrors != null) {
            sink.counter(
                    "pgvigil_subscription_errors_total",
                    "Errors in applying changes and in copying tables.",
                    (double) subscription.errors(),
                    labels);
        }
    }
}
