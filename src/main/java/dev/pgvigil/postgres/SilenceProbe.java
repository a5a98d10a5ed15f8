package dev.pgvigil.postgres;

import dev.pgvigil.postgres.ConnectionBudget.Permit;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Detects, while an attempt to connect is unanswered, that the server answers new connections again: a proxy or the network may
 * have lost the attempt. Asks on one socket at a time whether the server offers TLS, which it answers before it logs anybody in.
 * Used from one event loop.
 */
final class SilenceProbe {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(5);
    /** A frozen server starts a process for each probe when it resumes: after 30 s of silence they become rarer. */
    private static final int OF_SILENCE = 30;

    private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(900);
    /** A frozen server that resumes answers the attempt too. */
    private static final Duration GRACE = Duration.ofMillis(200);

    private final EventLoop loop;
    private final Connector connector;
    private final int port;
    private final ConnectionBudget budget;
    private int watch;
    private @Nullable Long silentSince;

    SilenceProbe(EventLoop loop, Connector connector, int port, ConnectionBudget budget) {
        this.loop = loop;
        this.connector = connector;
        this.port = port;
        this.budget = budget;
    }

    /**
     * Probes this address until {@link #stop}.
     *
     * @param answersAgain called once if the server answers a probe after it has left one unanswered
     */
    void watch(InetAddress address, Runnable answersAgain) {
        askLater(++watch, INTERVAL, address, answersAgain);
    }

    /** Ends probing: the attempt has ended. */
    void stop() {
        watch++;
    }

    /** Whether the server did not answer the last probe, nor an attempt since. */
    boolean silent() {
        return silentSince != null;
    }

    /** Records that the server has answered an attempt. */
    void answered() {
        silentSince = null;
    }

    private void askLater(int own, Duration pause, InetAddress address, Runnable answersAgain) {
        loop.after(Math.max(1, pause.toMillis()), () -> {
            if (own == watch) {
                ask(own, address, answersAgain);
            }
        });
    }

    private void ask(int own, InetAddress address, Runnable answersAgain) {
        long asked = System.nanoTime();
        Permit permit = budget.take(true);
        if (permit == null) {
            askLater(own, INTERVAL, address, answersAgain);
            return;
        }
        connector.answers(loop, address, port, ANSWER_TIMEOUT).onSuccess(answered -> {
            permit.release();
            if (!answered) {
                silentSince = silentSince == null ? Long.valueOf(asked) : silentSince;
                Duration took = Duration.ofNanos(System.nanoTime() - asked);
                askLater(own, interval(asked - silentSince).minus(took), address, answersAgain);
            } else if (own == watch && silentSince != null) {
                silentSince = null;
                loop.after(GRACE.toMillis(), () -> {
                    if (own == watch) {
                        answersAgain.run();
                    }
                });
            }
            // Answered, and never silent: the attempt waits for something inside the server, such as a lock.
        });
    }

    private static Duration interval(long silentNanos) {
        Duration part = Duration.ofNanos(silentNanos / OF_SILENCE);
        Duration interval = part.compareTo(INTERVAL) < 0 ? INTERVAL : part;
        return interval.compareTo(LONGEST_INTERVAL) < 0 ? interval : LONGEST_INTERVAL;
    }
}
