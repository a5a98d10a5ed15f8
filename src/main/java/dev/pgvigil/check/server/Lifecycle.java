package dev.pgvigil.check.server;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Restarts, promotions and resets of statistics. They are seldom faults, but explain others: caches are cold after a restart,
 * and counters begin at zero.
 */
@Singleton
public final class Lifecycle implements Check<Lifecycle.State> {

    static final String NAME = "lifecycle";

    static final Threshold RECENT = Threshold.duration(
            NAME,
            "recent",
            Duration.ofMinutes(10),
            "How long a restart, a promotion or a reset of statistics is a finding");

    /** Databases of which resets are noticed. */
    private static final int MOST = 100;

    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) as reset_at,
              extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_postmaster_start_time())::float8 as up_seconds,
              pg_catalog.pg_is_in_recovery() as in_recovery,
              (select timeline_id from pg_catalog.pg_control_checkpoint()) as timeline
            from pg_catalog.pg_database d
            where not d.datistemplate
            order by d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST;

    /**
     * What was observed of a server.
     *
     * @param upSeconds since the server was started, by its own clock
     * @param timeline of the last checkpoint; it rises after a promotion
     * @param promotedSecondsAgo since pgvigil first saw it as a primary after it was a replica; null: not seen
     * @param reset the database whose statistics were last reset, as seen by pgvigil; null: not seen
     */
    public record State(
            double upSeconds,
            Role role,
            int timeline,
            @Nullable Double promotedSecondsAgo,
            @Nullable Reset reset) {}

    /** A reset of the statistics of one database, and how many databases were reset with it. */
    public record Reset(String datname, double secondsAgo, int databases) {}

    private record Line(String datname, @Nullable OffsetDateTime resetAt, double upSeconds, Role role, int timeline) {}

    /** What is kept between runs. */
    private static final class Memory {
        private @Nullable Role role;
        private @Nullable Long promotedNanos;
        private Map<String, OffsetDateTime> resets = Map.of();
        private @Nullable String resetDatabase;
        private long resetNanos;
        private int resetDatabases;

        State observe(List<Line> lines, long nanos) {
            Role now = lines.getFirst().role;
            if (role == Role.REPLICA && now == Role.PRIMARY) {
                promotedNanos = nanos;
            }
            role = now;
            Map<String, OffsetDateTime> seen = new HashMap<>();
            List<String> reset = lines.stream()
                    .filter(line -> line.resetAt != null)
                    .filter(line -> {
                        OffsetDateTime before = resets.get(line.datname);
                        seen.put(line.datname, line.resetAt);
                        return before != null && !before.equals(line.resetAt);
                    })
                    .map(Line::datname)
                    .toList();
            resets = seen;
            if (!reset.isEmpty()) {
                resetDatabase = reset.getFirst();
                resetDatabases = reset.size();
                resetNanos = nanos;
            }
            return new State(
                    lines.getFirst().upSeconds,
                    now,
                    lines.getFirst().timeline,
                    promotedNanos == null ? null : seconds(nanos - promotedNanos),
                    resetDatabase == null
                            ? null
                            : new Reset(resetDatabase, seconds(nanos - resetNanos), resetDatabases));
        }

        private static double seconds(long nanos) {
            return nanos / 1e9;
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
        return Policy.every(Duration.ofSeconds(30)).before(15, Duration.ofMinutes(10));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RECENT);
    }

    @Override
    public Uni<State> collect(Session session) {
        return session.rows(SQL, Lifecycle::line)
                .map(lines -> session.memory(budget -> new Memory()).observe(lines, System.nanoTime()));
    }

    private static Line line(Row row) {
        return new Line(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.get(OffsetDateTime.class, "reset_at"),
                row.getDouble("up_seconds"),
                row.getBoolean("in_recovery") ? Role.REPLICA : Role.PRIMARY,
                row.getInteger("timeline"));
    }

    @Override
    public List<Finding> evaluate(State now, Previous<State> previous, Target target) {
        double recent = target.thresholds().of(RECENT);
        return Stream.of(restarted(now, recent), promoted(now, recent), reset(now, recent))
                .flatMap(Optional::stream)
                .map(finding -> finding.threshold("within the last " + HumanFormat.seconds(recent)))
                .toList();
    }

    private static Optional<Finding> restarted(State now, double recent) {
        return now.upSeconds > recent
                ? Optional.empty()
                : Optional.of(finding(
                                "restarted",
                                "server was started",
                                "the server was started " + HumanFormat.seconds(now.upSeconds) + " ago")
                        .evidence(List.of(EvidenceRow.of("up_seconds", now.upSeconds, "timeline", now.timeline)))
                        .cause(
                                "An administrator, an update or a failover restarted it; or it crashed, which its log states.")
                        .action(
                                "None if it was intended. Until the cache is filled, more blocks are read from disk and "
                                        + "statements take longer."));
    }

    private static Optional<Finding> promoted(State now, double recent) {
        return now.promotedSecondsAgo == null || now.promotedSecondsAgo > recent
                ? Optional.empty()
                : Optional.of(finding(
                                "promoted",
                                "replica was promoted",
                                "the server became a primary " + HumanFormat.seconds(now.promotedSecondsAgo)
                                        + " ago, timeline " + now.timeline)
                        .evidence(List.of(EvidenceRow.of("timeline", now.timeline)))
                        .cause("A failover or a switchover: the server was a replica before.")
                        .action(
                                "Check that the former primary accepts no writes, that applications connect to this server, "
                                        + "and that the other replicas and the archive follow the new timeline."));
    }

    private static Optional<Finding> reset(State now, double recent) {
        Reset reset = now.reset;
        return reset == null || reset.secondsAgo > recent
                ? Optional.empty()
                : Optional.of(finding(
                                "statistics-reset",
                                "statistics were reset",
                                "the statistics of database %s%s were reset %s ago"
                                        .formatted(
                                                reset.datname,
                                                reset.databases == 1
                                                        ? ""
                                                        : " and of " + (reset.databases - 1) + " more",
                                                HumanFormat.seconds(reset.secondsAgo)))
                        .evidence(List.of(EvidenceRow.of("datname", reset.datname, "databases", reset.databases)))
                        .cause("pg_stat_reset() was called, or the server lost its statistics in a crash.")
                        .action(
                                "None if it was intended. Autovacuum no longer knows how many rows changed before, so that "
                                        + "large tables should be analyzed. Find jobs and monitors that reset statistics.")
                        .sql("analyze"));
    }

    private static Finding finding(String key, String title, String observed) {
        return Finding.of(NAME, key, Status.HEALTHY, Severity.LOW, title, observed);
    }

    @Override
    public void export(State now, MetricSink sink) {
        sink.gauge("pgvigil_server_uptime_seconds", "Time since the server was started.", now.upSeconds);
        sink.gauge("pgvigil_server_timeline", "Timeline of the last checkpoint.", now.timeline);
    }
}
