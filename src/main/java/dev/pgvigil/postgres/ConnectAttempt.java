package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.time.Duration;

/**
 * One attempt to open the shared session: how long the server has left it unanswered, and whether the server answers new
 * connections while it hangs. Used from one event loop.
 */
final class ConnectAttempt implements Connector.Progress {

    private final EventLoop loop;
    private final SilenceProbe probe;
    private final Duration tolerance;
    private final Runnable late;
    private final Promise<Void> unwanted = Promise.promise();
    private boolean begun;
    private boolean ended;
    private long begunAt;
    private long lateBefore;

    /**
     * An attempt that has not begun.
     *
     * @param tolerance how long it may be unanswered before that is a failure of the server
     * @param late called when it has been unanswered for that long
     */
    ConnectAttempt(EventLoop loop, SilenceProbe probe, Duration tolerance, Runnable late) {
        this.loop = loop;
        this.probe = probe;
        this.tolerance = tolerance;
        this.late = late;
    }

    @Override
    public void begun() {
        begun = true;
        begunAt = System.nanoTime();
        lateBefore = loop.lateNanos();
        watch(tolerance);
    }

    private void watch(Duration left) {
        loop.after(left.toMillis() + 1, () -> {
            Duration more = tolerance.minus(unansweredFor());
            if (ended) {
                return;
            }
            if (more.isPositive()) {
                watch(more);
            } else {
                late.run();
            }
        });
    }

    @Override
    public void connected(InetAddress address) {
        if (!ended) {
            probe.watch(address, unwanted::tryComplete);
        }
    }

    @Override
    public void onUnwanted(Runnable close) {
        unwanted.future().onSuccess(answering -> close.run());
    }

    /** Whether it was given up because the server answers new connections, and not this one. */
    boolean unwanted() {
        return unwanted.future().isComplete();
    }

    /** Records that it has ended, or that its result is of no interest. */
    void end() {
        if (!ended) {
            ended = true;
            probe.stop();
        }
    }

    /** Whether it has been unanswered for longer than is tolerated. */
    boolean late() {
        return begun && unansweredFor().compareTo(tolerance) >= 0;
    }

    Failure noAnswer() {
        return Failure.of(
                Reason.TIMEOUT,
                "no answer to a connection attempt for " + unansweredFor().toMillis() + " ms");
    }

    /** Time since the attempt began, without the time for which the event loop was delayed. */
    private Duration unansweredFor() {
        return Duration.ofNanos(System.nanoTime() - begunAt - (loop.lateNanos() - lateBefore));
    }
}
