package dev.pgvigil.check.replication;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.ReplicationState.Pause;
import dev.pgvigil.check.replication.ReplicationState.Replay;
import dev.pgvigil.check.replication.ReplicationState.Standby;
import dev.pgvigil.check.replication.ReplicationState.Synchronous;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Findings on streaming replication: cause and action. Pure. */
record ReplicationFindings(Thresholds limits) {

    private static final Comparator<Standby> SLOWEST =
            Comparator.comparingDouble(ReplicationFindings::seconds).reversed();

    List<Finding> all(ReplicationState now, @Nullable ReplicationState before) {
        Replay replay = now.replay();
        Replay last = before == null ? null : before.replay();
        return Stream.of(
                        synchronous(now),
                        few(now),
                        behind(now, false),
                        behind(now, true),
                        replay == null ? Optional.<Finding>empty() : disconnected(replay, last),
                        replay == null ? Optional.<Finding>empty() : paused(replay),
                        replay == null ? Optional.<Finding>empty() : lag(replay, last))
                .flatMap(Optional::stream)
                .toList();
    }

    // As a sender

    private static Optional<Finding> synchronous(ReplicationState now) {
        Synchronous synchronous = now.synchronous();
        if (synchronous == null || !synchronous.missing()) {
            return Optional.empty();
        }
        boolean hangs = synchronous.byDefault() || synchronous.waiting() > 0;
        boolean connected =
                now.standbys().stream().filter(Standby::isSynchronous).count() >= synchronous.required();
        return Optional.of(Finding.of(
                        Replication.NAME,
                        "synchronous-missing",
                        hangs ? Status.UNHEALTHY : Status.DEGRADED,
                        hangs ? Severity.CRITICAL : Severity.MEDIUM,
                        hangs ? "commits wait for a synchronous standby" : "a synchronous standby is missing",
                        "%d of %s, %s"
                                .formatted(
                                        synchronous.answering(),
                                        HumanFormat.count(synchronous.required(), "required synchronous standby"),
                                        synchronous.waiting() == 1
                                                ? "1 session waits"
                                                : synchronous.waiting() + " sessions wait"))
                .threshold("synchronous_standby_names = '" + synchronous.names() + "'")
                .evidence(rows(now.standbys().stream()))
                .cause(
                        connected
                                ? "A standby that must confirm each commit is connected but does not answer: it is frozen, its "
                                        + "disk is full or hangs, or the network to it is cut."
                                : "Fewer of the standbys that synchronous_standby_names lists stream than must confirm a commit."
                                        + (synchronous.byDefault()
                                                ? " A commit has taken place on this server, but it does not return, and its "
                                                        + "locks are held."
                                                : " Sessions that set synchronous_commit wait."))
                .action(
                        "Bring the standby back, or let commits go on without it, which risks losing them in a failover: take it "
                                + "out of synchronous_standby_names and reload. Waiting sessions then return.")
                .sql("alter system set synchronous_standby_names = ''; select pg_reload_conf();"));
    }

    private Optional<Finding> few(ReplicationState now) {
        double wanted = limits.of(Replication.STANDBYS);
        if (now.replay() != null || now.standbysStreaming() >= wanted) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        Replication.NAME,
                        "standbys-few",
                        Status.DEGRADED,
                        Severity.HIGH,
                        "too few standbys stream",
                        now.standbysStreaming() == 1
                                ? "1 standby streams"
                                : (now.standbysStreaming() == 0 ? "no" : String.valueOf(now.standbysStreaming()))
                                        + " standbys stream")
                .threshold("fewer than " + HumanFormat.number(wanted))
                .evidence(rows(now.standbys().stream()))
                .cause("A standby is down, cannot connect, or has not caught up yet.")
                .action("Look at the log of the missing standby: it says why it does not connect. If fewer are wanted, "
                        + "lower thresholds.replication.standbys.")
                .sql("select application_name, client_addr, state from pg_stat_replication"));
    }

    private Optional<Finding> behind(ReplicationState now, boolean logical) {
        List<Standby> slow = now.standbys().stream()
                .filter(standby -> standby.logical() == logical)
                .filter(standby -> seconds(standby) >= limits.of(Replication.LAG))
                .sorted(SLOWEST)
                .toList();
        if (slow.isEmpty()) {
            return Optional.empty();
        }
        Standby worst = slow.getFirst();
        boolean high = seconds(worst) >= limits.of(Replication.LAG_HIGH);
        Long bytes = worst.replayBytesBehind();
        return Optional.of(Finding.of(
                        Replication.NAME,
                        logical ? "subscriber-lag" : "standby-lag",
                        Status.DEGRADED,
                        high ? Severity.HIGH : Severity.MEDIUM,
                        logical ? "a subscriber is behind" : "a standby is behind",
                        "%s is %s behind%s%s"
                                .formatted(
                                        worst.label(),
                                        HumanFormat.seconds(seconds(worst)),
                                        bytes == null ? "" : ", " + HumanFormat.bytes(bytes),
                                        slow.size() == 1 ? "" : ", and " + (slow.size() - 1) + " more"))
                .threshold(threshold(Replication.LAG, Replication.LAG_HIGH))
                .evidence(rows(slow.stream()))
                .cause(logical ? decoding(worst) : stage(worst))
                .action(
                        logical
                                ? "Look at the log of the subscriber, and at what its apply worker waits for."
                                : "Look at the standby: its replay may be paused or wait for a long query, its disk or its network "
                                        + "may be slower than this server writes.")
                .sql(
                        "select application_name, client_addr, state, sent_lsn, write_lsn, flush_lsn, replay_lsn, replay_lag "
                                + "from pg_stat_replication"));
    }

    private static String decoding(Standby worst) {
        return "The subscriber applies changes more slowly than this server writes them"
                + (worst.slotName() == null ? "" : " (slot " + worst.slotName() + ")")
                + ": a large transaction, a missing index or a lock there, or an error that repeats.";
    }

    /** Where most of the WAL that is not replayed stays. */
    private static String stage(Standby worst) {
        long unsent = orZero(worst.sentBytesBehind());
        long flush = orZero(worst.flushBytesBehind()) - unsent;
        long replay = orZero(worst.replayBytesBehind()) - unsent - flush;
        if (replay >= unsent && replay >= flush) {
            return "The standby has received the WAL but does not replay it: replay is paused, waits for a query "
                    + "(max_standby_streaming_delay), is delayed (recovery_min_apply_delay), or is slower than this server writes.";
        }
        return flush > unsent
                ? "The WAL was sent but the standby has not written it: its disk, or the network, is slow."
                : "The WAL is not sent yet: the network is slow, or the standby catches up after having been away.";
    }

    // As a standby

    private Optional<Finding> disconnected(Replay replay, @Nullable Replay last) {
        // A standby that is far behind restores from the archive, without a receiver, until it can stream.
        boolean advances = last != null && last.replayedPositionBytes() < replay.replayedPositionBytes();
        if (!replay.streams() || replay.streaming() || advances) {
            return Optional.empty();
        }
        Double lag = replay.lagSeconds();
        boolean old = lag != null && lag >= limits.of(Replication.LAG_UNHEALTHY);
        return Optional.of(Finding.of(
                        Replication.NAME,
                        "disconnected",
                        old ? Status.UNHEALTHY : Status.DEGRADED,
                        old ? Severity.CRITICAL : Severity.HIGH,
                        "the standby does not stream",
                        (replay.receiver() == null
                                        ? "no WAL receiver runs"
                                        : "the WAL receiver is in state " + replay.receiver())
                                + (lag == null ? "" : ", data may be " + HumanFormat.seconds(lag) + " old"))
                .threshold("at once; unhealthy from " + duration(Replication.LAG_UNHEALTHY))
                .cause("It cannot connect to "
                        + replay.sender()
                        + ": the sender is down or not reachable, refuses the login, no longer has the WAL or the slot "
                        + "that the standby needs, or has left on another timeline.")
                .action(
                        "The standby's log has the reason. \"requested WAL segment has already been removed\" needs the "
                                + "archive or a new base backup; after a failover, point primary_conninfo to the new primary, and use "
                                + "pg_rewind where the timelines diverged.")
                .sql("select * from pg_stat_wal_receiver"));
    }

    private Optional<Finding> paused(Replay replay) {
        if (replay.pause() == Pause.NOT_PAUSED) {
            return Optional.empty();
        }
        Double lag = replay.lagSeconds();
        boolean old = lag != null && lag >= limits.of(Replication.LAG_UNHEALTHY);
        return Optional.of(Finding.of(
                        Replication.NAME,
                        "replay-paused",
                        old ? Status.UNHEALTHY : Status.DEGRADED,
                        old ? Severity.CRITICAL : Severity.MEDIUM,
                        "replay is paused",
                        HumanFormat.bytes(replay.bytesBehind()) + " of WAL are not replayed"
                                + (lag == null ? "" : ", data is " + HumanFormat.seconds(lag) + " old"))
                .threshold("at once; unhealthy from " + duration(Replication.LAG_UNHEALTHY))
                .cause(
                        "Somebody called pg_wal_replay_pause(), or the server paused itself: a recovery target is reached, or a "
                                + "setting such as max_connections is lower than on the primary, which its log says.")
                .action(
                        "Resume replay. If the cause is a setting, raise it and restart: resuming would stop the server.")
                .sql("select pg_wal_replay_resume()"));
    }

    private Optional<Finding> lag(Replay replay, @Nullable Replay last) {
        Double seconds = replay.lagSeconds();
        if (seconds == null
                || replay.pause() != Pause.NOT_PAUSED
                || disconnected(replay, last).isPresent()) {
            return Optional.empty();
        }
        double late = seconds - replay.applyDelaySeconds();
        boolean unhealthy = late >= limits.of(Replication.LAG_UNHEALTHY);
        // From an archive alone, an idle primary cannot be told from a late standby.
        boolean archive = !replay.streams();
        if (late < limits.of(Replication.LAG) || (archive && !unhealthy)) {
            return Optional.empty();
        }
        boolean high = late >= limits.of(Replication.LAG_HIGH);
        return Optional.of(Finding.of(
                        Replication.NAME,
                        "lag",
                        unhealthy && !archive ? Status.UNHEALTHY : Status.DEGRADED,
                        unhealthy && !archive ? Severity.CRITICAL : high && !archive ? Severity.HIGH : Severity.MEDIUM,
                        archive ? "nothing was replayed for long" : "the standby is behind",
                        "data is up to %s old, %s not replayed"
                                .formatted(HumanFormat.seconds(seconds), HumanFormat.bytes(replay.bytesBehind())))
                .threshold(threshold(Replication.LAG, Replication.LAG_HIGH) + ", unhealthy from "
                        + duration(Replication.LAG_UNHEALTHY)
                        + (replay.applyDelaySeconds() > 0
                                ? ", above recovery_min_apply_delay of "
                                        + HumanFormat.seconds(replay.applyDelaySeconds())
                                : ""))
                .cause(
                        archive
                                ? "The standby restores from an archive, and no commit came from there: the archive is behind, or "
                                        + "the primary wrote nothing."
                                : "Replay waits for a query here (max_standby_streaming_delay), or is slower than the primary writes: "
                                        + "it is one process, limited by its disk.")
                .action(
                        archive
                                ? "Compare with the last segment that the primary archived, and look at the log of restore_command."
                                : "Look for long queries here and for what the startup process waits for; end the queries, or lower "
                                        + "max_standby_streaming_delay.")
                .sql(
                        "select pid, backend_type, wait_event_type, wait_event, state, xact_start, query from pg_stat_activity "
                                + "where backend_type = 'startup' or xact_start is not null order by xact_start"));
    }

    private static double seconds(Standby standby) {
        Double behind = standby.lagSeconds();
        if (behind == null || orZero(standby.replayBytesBehind()) == 0) {
            return 0;
        }
        // What it measured itself also covers the time before pgvigil watched.
        Double measured = standby.replayLagSeconds();
        return measured == null ? behind : Math.max(behind, measured);
    }

    private static long orZero(@Nullable Long bytes) {
        return bytes == null ? 0 : bytes;
    }

    private String threshold(Threshold degraded, Threshold high) {
        return "degraded from %s, high from %s".formatted(duration(degraded), duration(high));
    }

    private String duration(Threshold limit) {
        return HumanFormat.seconds(limits.of(limit));
    }

    private static List<Map<String, Object>> rows(Stream<Standby> standbys) {
        return standbys.limit(EvidenceRow.MOST)
                .map(standby -> EvidenceRow.of(
                        "application_name",
                        standby.applicationName(),
                        "client_addr",
                        standby.clientAddr(),
                        "state",
                        standby.state(),
                        "sync_state",
                        standby.syncState(),
                        "replay_bytes_behind",
                        standby.replayBytesBehind(),
                        "lag_seconds",
                        standby.lagSeconds()))
                .toList();
    }
}
