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

/** The last hour of one server: about 8 kB, however often it is asked. Safe for any thread. */
public final class ServerHistory {

    /** Parts of a sketch. */
    public static final int PARTS = 60;

    /** Of a server that nothing is known of. */
    static final ServerHistory NOTHING = new ServerHistory();

    private final HeartbeatRing beats = new HeartbeatRing();
    private final ConnectionSampleRing uses = new ConnectionSampleRing();
    private @Nullable Instant lastBeat;
    private @Nullable Instant lastUse;

    /** Takes a heartbeat's outcome, each but once; one that failed by pgvigil's own fault says nothing of the server. */
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

    /** Takes what was seen of the server's connections, each look but once. */
    synchronized void connections(Outcome<?> outcome) {
        if (outcome instanceof Outcome.Observed<?>(var at, var took, PoolUsage usage) && !at.equals(lastUse)) {
            lastUse = at;
            uses.seen(at, usage.checkedOut(), usage.poolSize());
        }
    }

    /** The heartbeats before this moment, oldest first, in stretches of ten seconds; those alone that were observed. */
    synchronized List<HeartbeatSeries> beats(Instant now, Window window) {
        return beats.until(now, window.beats(), 1);
    }

    /** The same, each carried over the stretches after it in which nobody was to look. */
    public List<HeartbeatSeries> beats(Instant now, Window window, Duration interval) {
        return carried(now, interval, window.beats(), 1);
    }

    /** The same in {@value #PARTS} equal parts, however long the window is. */
    public List<HeartbeatSeries> sketch(Instant now, Window window, Duration interval) {
        return carried(now, interval, PARTS, window.beats() / PARTS);
    }

    /** The connections before this moment, oldest first, in stretches of half a minute; those alone that were observed. */
    synchronized List<ConnectionSample> connections(Instant now, Window window) {
        return uses.until(now, window.uses());
    }

    /** The same, each carried over the stretches after it in which nobody was to look. */
    public synchronized List<ConnectionSample> connections(Instant now, Window window, Duration interval) {
        GapFill carrying = GapFill.of(interval, ConnectionSampleRing.SECONDS);
        return carrying.over(
                uses.until(now, carrying.most() + window.uses()), ConnectionSample::observed, UnaryOperator.identity());
    }

    private synchronized List<HeartbeatSeries> carried(Instant now, Duration interval, int parts, int each) {
        GapFill carrying = GapFill.of(interval, each * HeartbeatRing.SECONDS);
        return carrying.over(
                beats.until(now, carrying.most() + parts, each), HeartbeatSeries::observed, HeartbeatSeries::carry);
    }

    /** When the stretch begins that lies so many before the present one. */
    Instant beatsBegin(Instant now, int back) {
        return beats.begin(now, back);
    }

    Instant useBegins(Instant now, int back) {
        return uses.begin(now, back);
    }
}
