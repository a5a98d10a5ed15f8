package dev.pgvigil.postgres;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The emergency session: opened while a server runs out of connection slots. It replaces the shared session if that is lost and
 * no new connection is possible.
 */
final class EmergencyConnection {

    /** Keepalives within the time after which the server would end the session. */
    private static final int KEEPALIVES = 10;

    private final EventLoop loop;
    private final Supplier<Future<OpenSession>> opener;
    private final Predicate<String> monitored;
    private @Nullable OpenSession session;
    private boolean wanted;
    private boolean opening;
    private long touchedAt;

    /** @param monitored whether a database is still monitored: a session to one removed meanwhile is not kept */
    EmergencyConnection(EventLoop loop, Supplier<Future<OpenSession>> opener, Predicate<String> monitored) {
        this.loop = loop;
        this.opener = opener;
        this.monitored = monitored;
    }

    /**
     * Opens the session unless it is open. An open one is sent a query now and then, because the server ends an idle session,
     * and the slot would be lost. Calls in quick succession do that once.
     */
    void hold(Deadlines deadlines) {
        long now = System.nanoTime();
        if (wanted && now - touchedAt < deadlines.idle().dividedBy(KEEPALIVES).toNanos()) {
            return;
        }
        wanted = true;
        touchedAt = now;
        if (session != null) {
            touch(session, deadlines.answer(), deadlines.idle());
        } else if (!opening) {
            opening = true;
            opener.get().onComplete(end -> {
                opening = false;
                if (end.succeeded()) {
                    keep(end.result());
                }
            });
        }
    }

    private void touch(OpenSession held, Duration answer, Duration idle) {
        loop.within(answer, held.physical().query("select 1")).onFailure(timeout -> {
            held.physical().abandon(loop, idle);
            if (held.equals(session)) {
                session = null;
            }
        });
    }

    void release() {
        wanted = false;
        if (session != null) {
            session.physical().close();
            session = null;
        }
    }

    /** Ends the session if its database is no longer monitored; the next call of {@link #hold} opens another. */
    void releaseUnmonitored() {
        if (session != null && !monitored.test(session.physical().database())) {
            release();
        }
    }

    /** Returns the session and gives up its ownership; null if there is none. */
    @Nullable
    OpenSession take() {
        OpenSession taken = session;
        session = null;
        return taken;
    }

    private void keep(OpenSession found) {
        if (!wanted || !monitored.test(found.physical().database())) {
            found.physical().close();
            return;
        }
        session = found;
        found.physical().onLost(() -> {
            if (found.equals(session)) {
                session = null;
            }
        });
    }
}
