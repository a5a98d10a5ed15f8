package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.spi.ConnectionFactory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Opens connections: staggered over the fleet, encrypted as libpq would, and given up when the patience ends, with the
 * socket closed. Fails with a {@link FailureException}.
 */
@Singleton
public class Connector {

    /**
     * How long a server may hold a connection that was given up before it had logged in: while it waits for a lock on its own
     * catalogs it does not see that nobody is there. PostgreSQL's default of authentication_timeout, and a little.
     */
    static final Duration LOGIN_LINGERS = Duration.ofSeconds(65);

    private final Vertx vertx;
    private final ConnectLimiter gate;

    Connector(Vertx vertx, ConnectLimiter gate) {
        this.vertx = vertx;
        this.gate = gate;
    }

    /**
     * One attempt to connect.
     *
     * @param connect how long a TCP connection may take
     * @param settings that are sent with the login
     * @param patience how long the server may take to answer once it has accepted
     * @param begun called on the event loop when the attempt has left the queue
     */
    record Attempt(
            Server server,
            String database,
            Duration connect,
            Map<String, String> settings,
            Duration patience,
            ConnectionBudget.Permit permit,
            Runnable begun) {}

    /** Connects; the callbacks come on the given event loop. */
    Future<PhysicalConnection> open(EventLoop loop, Attempt attempt) {
        Promise<PhysicalConnection> promise = loop.promise();
        gate.enter(() -> {
            Runnable leave = gate.place();
            loop.run(() -> {
                loop.after(ConnectLimiter.LEASE.toMillis(), leave);
                attempt.begun().run();
                attempted(loop, attempt).onComplete(end -> {
                    leave.run();
                    if (end.failed()) {
                        attempt.permit().release();
                    }
                    promise.handle(end);
                });
            });
        });
        return promise.future();
    }

    private Future<PhysicalConnection> attempted(EventLoop loop, Attempt attempt) {
        try {
            return tryAll(loop, attempt, modes(attempt.server().tls()));
        } catch (RuntimeException broken) {
            // Whatever the driver makes of its options: the permit and whoever waits must hear of it.
            return Future.failedFuture(new FailureException(Failure.of(Reason.LOCAL, String.valueOf(broken))));
        }
    }

    /** With TLS (true) or in plain text, in the order in which libpq tries. */
    private static List<Boolean> modes(Tls tls) {
        return switch (tls.mode()) {
            case DISABLE -> List.of(false);
            case ALLOW -> List.of(false, true);
            case PREFER -> List.of(true, false);
            case REQUIRE, VERIFY_CA, VERIFY_FULL -> List.of(true);
        };
    }

    private Future<PhysicalConnection> tryAll(EventLoop loop, Attempt attempt, List<Boolean> modes) {
        Future<PhysicalConnection> first = tryOne(loop, attempt, modes.getFirst());
        return modes.size() == 1
                ? first
                : first.recover(refused -> otherModeMayHelp(FailureClassifier.of(refused))
                        ? tryOne(loop, attempt, modes.getLast()).recover(also -> Future.failedFuture(refused))
                        : Future.failedFuture(refused));
    }

    private static boolean otherModeMayHelp(Failure failure) {
        return failure.reason() == Reason.TLS || "28000".equals(failure.sqlState());
    }

    private Future<PhysicalConnection> tryOne(EventLoop loop, Attempt attempt, boolean tls) {
        PgConnectOptions options =
                ConnectOptions.of(attempt.server(), attempt.database(), attempt.connect(), attempt.settings(), tls);
        ConnectionFactory sockets = EventLoop.sockets(vertx, options);
        return loop.within(attempt.patience(), loop.connect(sockets))
                .map(open -> new PhysicalConnection(sockets, open, attempt.permit(), attempt.database()))
                .recover(failure -> {
                    sockets.close(Promise.promise());
                    if (failure instanceof TimeoutException) {
                        attempt.permit().abandon(loop, LOGIN_LINGERS);
                    }
                    return Future.failedFuture(new FailureException(FailureClassifier.of(failure)));
                });
    }
}
