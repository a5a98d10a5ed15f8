package dev.pgvigil.history;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The last hour of one server: about 8 kB, whatever the interval of the heartbeats. Thread-safe. */
public final class ServerHistory {

    /** Number of parts in a sketch. */
    public static final int PARTS = 60;

    /** The history of an unknown server. */
    static final ServerHistory NOTHING = new ServerHistory();

    private final HeartbeatRing beats = new HeartbeatRing();
    private final ConnectionSampleRing connections = new ConnectionSampleRing();
    private @Nullable Instant lastBeat;
    private @Nullable Instant lastUse;

    /** Records the outcome of a heartbeat, each once. Failures caused by pgvigil itself are ignored. */
    synchronized void beat(Outcome<?> outcome) {
        if (outcome.at().equals(lastBeat)) {
            return;
        }
        lastBeat = outcome.at();
        switch (outcome) {
            case Outcome.Observed<?>(var at, var took, HeartbeatResult beat) ->
                beats.answered(at, beat.responseTimeMs());
            case Outcome.Failed<?> failed
            when failed.failure().reason() != Failure.Reason.LOCAL -> beats.lost(failed.at());
            case Outcome.Observed<?> other -> {}
            case Outcome.Failed<?> own -> {}
            case Outcome.Skipped<?> skipped -> {}
        }
    }

    /** Records an observation of the server's connections, each once. */
    synchronized void connections(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Observed<?>(var at, var took, PoolUsage usage) && !at.equals(lastUse)) {
            lastUse = at;
            connections.add(at, usage.checkedOut(), usage.poolSize());
        }
    }

    /** The heartbeats before this time in buckets of ten seconds, oldest first, without filled gaps. */
    synchronized List<HeartbeatSeries> beats(Instant now, Window window) {
        return beats.until(now, window.beats(), 1);
    }

    /** The same, with buckets filled in which nothing was due. */
    public List<HeartbeatSeries> beats(Instant now, Window window, Duration interval) {
        return carried(now, interval, window.beats(), 1);
    }

    /** The same in {@value #PARTS} equal parts, whatever the window. */
    public List<HeartbeatSeries> sketch(Instant now, Window window, Duration interval) {
        return carried(now, interval, PARTS, window.beats() / PARTS);
    }

    /** The connections before this time in buckets of 30 seconds, oldest first, without filled gaps. */
    synchronized List<ConnectionSample> connections(Instant now, Window window) {
        return connections.until(now, window.connections());
    }

    /** The same, with buckets filled in which nothing was due. */
    public synchronized List<ConnectionSample> connections(Instant now, Window window, Duration interval) {
        GapFill gapFill = GapFill.of(interval, ConnectionSampleRing.SECONDS);
        return gapFill.over(
                connections.until(now, gapFill.most() + window.connections()),
                ConnectionSample::observed,
                UnaryOperator.identity());
    }

    private synchronized List<HeartbeatSeries> carried(Instant now, Duration interval, int parts, int each) {
        GapFill gapFill = GapFill.of(interval, each * HeartbeatRing.SECONDS);
        return gapFill.over(
                beats.until(now, gapFill.most() + parts, each), HeartbeatSeries::observed, HeartbeatSeries::carry);
    }

    /** The start of the bucket that is {@code back} buckets before the current one. */
    Instant beatsBegin(Instant now, int back) {
        return beats.begin(now, back);
    }

    Instant useBegins(Instant now, int back) {
        return connections.begin(now, back);
    }
}
