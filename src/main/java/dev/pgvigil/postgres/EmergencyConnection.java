package dev.pgvigil.postgres;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The emergency session: opened while a server runs out of connection slots, so that there is one to go on with if the
 * shared session is lost and nobody gets in any more.
 */
final class EmergencyConnection {

    /** So often within the time after which the server would end it. */
    private static final int LOOKS = 10;

    private final EventLoop loop;
    private final Supplier<Future<OpenSession>> opener;
    private final Predicate<String> watched;
    private @Nullable OpenSession session;
    private boolean wanted;
    private boolean opening;
    private long lookedAt;

    /** @param watched whether a database is watched still: one that is left while the session opens is not kept */
    EmergencyConnection(EventLoop loop, Supplier<Future<OpenSession>> opener, Predicate<String> watched) {
        this.loop = loop;
        this.opener = opener;
        this.watched = watched;
    }

    /**
     * Opens it unless it is there. One that is there is asked something, for the server ends a session that is idle for long,
     * and another would have the slot. Calls in quick succession do that once.
     */
    void hold(Deadlines deadlines) {
        long now = System.nanoTime();
        if (wanted && now - lookedAt < deadlines.idle().dividedBy(LOOKS).toNanos()) {
            return;
        }
        wanted = true;
        lookedAt = now;
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
        loop.within(answer, held.wire().query("select 1")).onFailure(mute -> {
            held.wire().abandon(loop, idle);
            if (held.equals(session)) {
                session = null;
            }
        });
    }

    void release() {
        wanted = false;
        if (session != null) {
            session.wire().close();
            session = null;
        }
    }

    /** Ends it if its database is watched no more; the next call to hold it opens another. */
    void leaveUnwatched() {
        if (session != null && !watched.test(session.wire().database())) {
            release();
        }
    }

    /** Hands it over; null if there is none. */
    @Nullable
    OpenSession take() {
        OpenSession taken = session;
        session = null;
        return taken;
    }

    private void keep(OpenSession found) {
        if (!wanted || !watched.test(found.wire().database())) {
            found.wire().close();
            return;
        }
        session = found;
        found.wire().onLost(() -> {
            if (found.equals(session)) {
                session = null;
            }
        });
    }
}
