package dev.pgvigil.history;

import dev.pgvigil.check.ConnectionUsage;
import dev.pgvigil.check.Heartbeat;
import dev.pgvigil.target.Failure;
import dev.pgvigil.watch.Outcome;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last hour of one server: about 8 kB, however often it is asked. Safe for any thread. */
public final class Hour {

    /** Stretches of heartbeats there are at most, ten seconds each. */
    public static final int BEATS = BeatRing.BUCKETS;

    /** Stretches of connections, half a minute each. */
    public static final int USES = UseRing.BUCKETS;

    /** Of a server that nothing is known of. */
    static final Hour NOTHING = new Hour();

    private final BeatRing beats = new BeatRing();
    private final UseRing uses = new UseRing();
    private @Nullable Instant lastBeat;
    private @Nullable Instant lastUse;

    /** Takes a heartbeat's outcome, each but once; one that failed by pgvigil's own fault says nothing of the server. */
    synchronized void beat(Outcome<?> outcome) {
        if (outcome.at().equals(lastBeat)) {
            return;
        }
        lastBeat = outcome.at();
        switch (outcome) {
            case Outcome.Observed<?>(var at, var took, Heartbeat.Beat beat) ->
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
        if (outcome instanceof Outcome.Observed<?>(var at, var took, ConnectionUsage usage) && !at.equals(lastUse)) {
            lastUse = at;
            uses.seen(at, usage.checkedOut(), usage.poolSize());
        }
    }

    /**
     * The heartbeats of the hour before this moment, oldest first.
     *
     * @param stretches into how many equal parts the hour is to be divided: a divisor of {@value #BEATS}
     */
    public synchronized List<Beats> beats(Instant now, int stretches) {
        return beats.until(now, stretches);
    }

    /** The connections of the hour before this moment, oldest first, in {@value #USES} parts. */
    public synchronized List<Use> connections(Instant now) {
        return uses.until(now);
    }

    /** When the stretch begins that lies so many before the present one. */
    Instant beatsBegin(Instant now, int back) {
        return beats.begin(now, back);
    }

    Instant useBegins(Instant now, int back) {
        return uses.begin(now, back);
    }
}
