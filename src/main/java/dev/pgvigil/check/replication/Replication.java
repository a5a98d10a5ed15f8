package dev.pgvigil.check.replication;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.replication.ReplicationState.Pause;
import dev.pgvigil.check.replication.ReplicationState.Replay;
import dev.pgvigil.check.replication.ReplicationState.Standby;
import dev.pgvigil.check.replication.ReplicationState.Synchronous;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Streaming replication: standbys that are missing or behind, commits that wait for them, and a standby's own replay. */
@Singleton
public final class Replication implements Check<ReplicationState> {

    public static final String NAME = "replication";

    static final Threshold LAG = Threshold.duration(
            NAME, "lag", Duration.ofMinutes(2), "Delay of a standby from which the target is degraded");
    static final Threshold LAG_HIGH = Threshold.duration(
            NAME, "lag-high", Duration.ofMinutes(10), "Delay of a standby from which the severity is high");
    static final Threshold LAG_UNHEALTHY = Threshold.duration(
            NAME, "lag-unhealthy", Duration.ofHours(1), "Delay of a standby from which it is unhealthy itself");
    static final Threshold STANDBYS = Threshold.count(
            NAME, "standbys", 0, "Number of streaming standbys that a server must have so as not to be degraded");

    /** The most standbys of an observation. */
    static final int MOST_STANDBYS = 50;

    private static final int MOST_SERIES = 20;

    /** A standby that is waited for answers at once. It reports every 10 s, unless configured otherwise. */
    private static final double SILENT_SECONDS = 20;

    private static final Pattern REQUIRED = Pattern.compile("(?i)\\s*+(?:(?:first|any)\\s)?+\\s*+([0-9]{1,9})\\s*+\\(");

    // Where the standby knows that its sender has more than it has received, that is the end of its WAL.
    private static final String POSITION = """
            (select (case when pg_catalog.pg_is_in_recovery()
                then greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn(),
                  (select w.latest_end_lsn from pg_catalog.pg_stat_get_wal_receiver() w), '0/0')
                else pg_catalog.pg_current_wal_flush_lsn() end) as lsn) as wal""";

    private static final String SERVER = """
            select extract(epoch from pg_catalog.clock_timestamp())::float8 as at,
              (wal.lsn - '0/0')::int8 as position,
              case when s.recovering then coalesce(w.received_tli,
                  (select c.timeline_id from pg_catalog.pg_control_checkpoint() c))
                else ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(wal.lsn), 1, 8))::bit(32)::int4 end as timeline,
              s.recovering,
              pg_catalog.current_setting('synchronous_standby_names') as names,
              pg_catalog.current_setting('synchronous_commit') as synchronous_commit,
              case when pg_catalog.current_setting('synchronous_standby_names') <> '' and not s.recovering then
                (select pg_catalog.count(*) from pg_catalog.pg_stat_get_activity(null) a where a.wait_event = 'SyncRep')
                else 0 end as waiting,
              pg_catalog.current_setting('primary_conninfo') <> '' as streams,
              pg_catalog.current_setting('restore_command') <> '' as restores,
              w.status as receiver, w.sender_host, w.sender_port,
              extract(epoch from pg_catalog.clock_timestamp() - w.last_msg_receipt_time)::float8 as message_seconds,
              (pg_catalog.pg_last_wal_replay_lsn() - '0/0')::int8 as replayed,
              extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::float8
                as commit_seconds,
              extract(epoch from pg_catalog.current_setting('recovery_min_apply_delay')::interval)::float8 as apply_delay,
              case when s.recovering then pg_catalog.pg_get_wal_replay_pause_state() end as pause
            from (select pg_catalog.pg_is_in_recovery() as recovering) s
              cross join {position}
              left join pg_catalog.pg_stat_get_wal_receiver() w on w.pid is not null""".replace("{position}", POSITION);

    private static final String STANDBYS_SQL = """
            select r.application_name, pg_catalog.host(r.client_addr) as client_addr, r.state, r.sync_state,
              s.slot_name::text as slot_name, coalesce(s.slot_type = 'logical', false) as logical,
              greatest(wal.lsn - r.sent_lsn, 0)::int8 as sent,
              greatest(wal.lsn - r.write_lsn, 0)::int8 as write,
              greatest(wal.lsn - r.flush_lsn, 0)::int8 as flush,
              greatest(wal.lsn - r.replay_lsn, 0)::int8 as replay,
              extract(epoch from r.write_lag)::float8 as write_lag,
              extract(epoch from r.flush_lag)::float8 as flush_lag,
              extract(epoch from r.replay_lag)::float8 as replay_lag,
              extract(epoch from pg_catalog.clock_timestamp() - r.reply_time)::float8 as reply,
              (r.replay_lsn - '0/0')::int8 as replayed,
              pg_catalog.count(*) over () as connected,
              pg_catalog.count(*) filter (where r.state = 'streaming' and r.replay_lsn is not null
                and s.slot_type is distinct from 'logical') over () as streaming,
              pg_catalog.count(*) filter (where r.sync_state in ('sync', 'quorum')) over () as synchronous,
              pg_catalog.count(*) filter (where r.sync_state in ('sync', 'quorum')
                and r.reply_time > pg_catalog.clock_timestamp() - interval '{silent} s') over () as answering
            from pg_catalog.pg_stat_replication r
              cross join {position}
              left join pg_catalog.pg_replication_slots s on s.active_pid = r.pid
            order by r.replay_lsn nulls last
            limit {most}""".replace("{position}", POSITION)
            .replace("{silent}", String.valueOf((int) SILENT_SECONDS))
            .replace("{most}", String.valueOf(MOST_STANDBYS));

    private record Sender(Standby standby, long connected, long streaming, long synchronous, long answering) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    /** A standby that restarts is away for some seconds. */
    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(10)).with(Policy.Priority.HIGH).with(new Debounce(2, 3));
    }

    /** The settings of a standby's connection, and others' processes. */
    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(LAG, LAG_HIGH, LAG_UNHEALTHY, STANDBYS);
    }

    @Override
    public Uni<ReplicationState> collect(Session session) {
        PositionHistory history = session.memory(PositionHistory::new);
        return session.row(SERVER, row -> row).flatMap(server -> {
            double at = server.getDouble("at");
            history.record(at, server.getLong("position"));
            return session.rows(STANDBYS_SQL, row -> sender(row, at, history))
                    .map(senders -> state(server, senders, at, history));
        });
    }

    private static Sender sender(Row row, double at, PositionHistory history) {
        Long replayed = row.getLong("replayed");
        Standby standby = new Standby(
                text(row, "application_name"),
                row.getString("client_addr"),
                text(row, "state"),
                text(row, "sync_state"),
                row.getString("slot_name"),
                row.getBoolean("logical"),
                row.getLong("sent"),
                row.getLong("write"),
                row.getLong("flush"),
                row.getLong("replay"),
                row.getDouble("write_lag"),
                row.getDouble("flush_lag"),
                row.getDouble("replay_lag"),
                replayed == null ? null : history.behind(at, replayed),
                row.getDouble("reply"));
        return new Sender(
                standby,
                row.getLong("connected"),
                row.getLong("streaming"),
                row.getLong("synchronous"),
                row.getLong("answering"));
    }

    private static String text(Row row, String column) {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    private static ReplicationState state(Row row, List<Sender> senders, double at, PositionHistory history) {
        boolean recovering = row.getBoolean("recovering");
        Sender first = senders.isEmpty() ? null : senders.getFirst();
        return new ReplicationState(
                row.getInteger("timeline"),
                row.getLong("position"),
                senders.stream().map(Sender::standby).toList(),
                first == null ? 0 : first.connected,
                first == null ? 0 : first.streaming,
                recovering ? null : synchronous(row, first),
                recovering ? replay(row, at, history) : null);
    }

    private static @Nullable Synchronous synchronous(Row row, @Nullable Sender first) {
        String names = text(row, "names").strip();
        if (names.isEmpty()) {
            return null;
        }
        long waiting = row.getLong("waiting");
        // Only while a session waits must a standby answer at once.
        long answering = first == null ? 0 : waiting > 0 ? first.answering : first.synchronous;
        String commit = text(row, "synchronous_commit");
        return new Synchronous(
                names, required(names), answering, !commit.equals("off") && !commit.equals("local"), waiting);
    }

    /** The number of standbys that {@code synchronous_standby_names} requires. */
    static int required(String names) {
        Matcher number = REQUIRED.matcher(names);
        return number.lookingAt() ? Integer.parseInt(number.group(1)) : 1;
    }

    private static Replay replay(Row row, double at, PositionHistory history) {
        Long replayed = row.getLong("replayed");
        long position = row.getLong("position");
        long behind = replayed == null ? 0 : Math.max(0, position - replayed);
        boolean streaming = "streaming".equals(row.getString("receiver"));
        if (streaming && behind == 0) {
            history.caughtUp(at);
        }
        Double commit = row.getDouble("commit_seconds");
        return new Replay(
                Boolean.TRUE.equals(row.getBoolean("streams")),
                Boolean.TRUE.equals(row.getBoolean("restores")),
                row.getString("receiver"),
                row.getString("sender_host"),
                row.getInteger("sender_port"),
                row.getDouble("message_seconds"),
                replayed == null ? 0 : replayed,
                behind,
                lag(
                        streaming,
                        behind,
                        commit == null ? null : Math.max(0, commit),
                        history.sinceCaughtUp(at),
                        received(history, at, replayed)),
                commit,
                row.getDouble("apply_delay"),
                Pause.of(text(row, "pause")));
    }

    private static @Nullable Double received(PositionHistory history, double at, @Nullable Long replayed) {
        return replayed != null && history.covers(replayed) ? history.behind(at, replayed) : null;
    }

    /**
     * The age of a standby's data: each of the values that are known is an upper bound.
     *
     * @param commit since the last commit replayed
     * @param caughtUp since it had everything
     * @param received since it received what it has not replayed; says nothing of what is not received
     */
    static @Nullable Double lag(
            boolean streaming,
            long behind,
            @Nullable Double commit,
            @Nullable Double caughtUp,
            @Nullable Double received) {
        if (streaming && behind == 0) {
            return 0.0;
        }
        return Stream.of(commit, caughtUp, streaming ? received : null)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    @Override
    public List<Finding> evaluate(ReplicationState now, Previous<ReplicationState> previous, Target target) {
        return new ReplicationFindings(target.thresholds()).all(now, previous.value());
    }

    @Override
    public void export(ReplicationState now, MetricSink sink) {
        sink.gauge("pgvigil_replication_standbys", "Physical standbys that stream from this server.", (double)
                now.standbysStreaming());
        Synchronous synchronous = now.synchronous();
        if (synchronous != null) {
            sink.gauge(
                    "pgvigil_replication_synchronous_missing",
                    "Synchronous standbys that commits need and that are missing; commits wait while it is above 0.",
                    (double) Math.max(0, synchronous.required() - synchronous.answering()));
            sink.gauge(
                    "pgvigil_replication_synchronous_waiting", "Sessions that wait for a synchronous standby.", (double)
                            synchronous.waiting());
        }
        Set<String> names = new HashSet<>();
        for (Standby standby : now.standbys()) {
            // Those that are furthest behind come first.
            if (names.size() < MOST_SERIES && standby.replayBytesBehind() != null && names.add(standby.label())) {
                export(standby, sink);
            }
        }
        Replay replay = now.replay();
        if (replay != null) {
            export(replay, sink);
        }
    }

    private static void export(Standby standby, MetricSink sink) {
        String[] labels = {
            "application_name",
            standby.applicationName(),
            "client_addr",
            standby.clientAddr() == null ? "" : standby.clientAddr()
        };
        Long replay = standby.replayBytesBehind();
        if (replay != null) {
            sink.gauge(
                    "pgvigil_replication_standby_behind_bytes",
                    "WAL of this server that the standby has not replayed; of several with the same name, the furthest behind.",
                    (double) replay,
                    labels);
        }
        Long flush = standby.flushBytesBehind();
        if (flush != null) {
            sink.gauge(
                    "pgvigil_replication_standby_unflushed_bytes",
                    "WAL of this server that the standby has not flushed, and would lose in a failover.",
                    (double) flush,
                    labels);
        }
        Double lag = standby.lagSeconds();
        if (lag != null) {
            sink.gauge(
                    "pgvigil_replication_standby_lag_seconds",
                    "For how long the standby has not replayed WAL of this server.",
                    lag,
                    labels);
        }
    }

    private static void export(Replay replay, MetricSink sink) {
        Double lag = replay.lagSeconds();
        if (lag != null) {
            sink.gauge(
                    "pgvigil_replication_lag_seconds",
                    "Age of the standby's data at most; 0 only while it streams and has replayed everything.",
                    lag);
        }
        sink.gauge(
                "pgvigil_replication_unreplayed_bytes",
                "WAL that the standby has received, or that its sender has announced, and that it has not replayed.",
                (double) replay.bytesBehind());
        sink.gauge(
                "pgvigil_replication_receiver_streaming",
                "1 if the standby's WAL receiver streams.",
                replay.streaming() ? 1 : 0);
        sink.gauge(
                "pgvigil_replication_replay_paused",
                "1 if replay on the standby is paused, or is about to be.",
                replay.pause() == Pause.NOT_PAUSED ? 0 : 1);
    }
}
