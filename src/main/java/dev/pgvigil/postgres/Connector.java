package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSession;

/**
 * Opens connections: limited over the fleet, with TLS as libpq would use it. When the timeout passes, the socket is closed.
 * Fails with a {@link FailureException}.
 */
@Singleton
public class Connector {

    /**
     * How long a server may hold a connection that was abandoned before login ended: a backend that waits for a catalog lock
     * does not notice that the client is gone. PostgreSQL's default authentication_timeout (60 s), and 5 s.
     */
    static final Duration LOGIN_LINGERS = Duration.ofSeconds(65);

    private static final Buffer TLS_REQUEST = Buffer.buffer().appendInt(8).appendInt(80_877_103);

    private final Vertx vertx;
    private final ConnectLimiter limiter;
    private final HostAddresses addresses;
    private final NetClient probes;

    Connector(Vertx vertx, ConnectLimiter limiter, HostAddresses addresses) {
        this.vertx = vertx;
        this.limiter = limiter;
        this.addresses = addresses;
        this.probes = vertx.createNetClient();
        Preload.run();
    }

    /**
     * One attempt to connect.
     *
     * @param connect how long a TCP connection may take
     * @param settings the settings sent at login
     * @param answerTimeout how long the server may take to answer after TCP is connected, at each address and in each mode
     */
    record Attempt(
            Server server,
            String database,
            Duration connect,
            Map<String, String> settings,
            Duration answerTimeout,
            ConnectionBudget.Permit permit,
            Progress progress) {}

    /** Follows one attempt; called on the event loop. */
    interface Progress {

        Progress IGNORED = new Progress() {};

        /** The attempt has left the queue: the server is involved only from here on. */
        default void begun() {}

        /** The addresses of the host; returns those to try, in their order, at least one. */
        default List<InetAddress> candidates(List<InetAddress> found) {
            return found;
        }

        /** One address is tried, with or without TLS. */
        default void trying(InetAddress address, boolean tls) {}

        /** TCP is connected to this address. */
        default void connected(InetAddress address) {}

        /** The server has sent its certificate chain, which is not verified yet. */
        default void certificates(List<X509Certificate> chain) {}

        /** The TLS handshake has succeeded. */
        default void encrypted(SSLSession session) {}

        /** The server has accepted the login. It has not opened the database yet. */
        default void authenticated() {}

        /** What was tried has failed. */
        default void failed(Failure failure) {}

        /** Is given what ends the attempt early. */
        default void onUnwanted(Runnable close) {}
    }

    /** Connects; callbacks run on the given event loop. */
    Future<PhysicalConnection> open(EventLoop loop, Attempt attempt) {
        Promise<PhysicalConnection> promise = loop.promise();
        limiter.enter(() -> {
            Runnable leave = limiter.place();
            loop.run(() -> {
                loop.after(ConnectLimiter.LEASE.toMillis(), leave);
                attempt.progress().begun();
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
        return resolve(loop, attempt.server().host(), attempt.answerTimeout())
                .compose(all -> new Tries(loop, attempt, attempt.progress().candidates(all)).next())
                .recover(failure -> Future.failedFuture(
                        new FailureException(FailureClassifier.of(failure).in(attempt.database()))));
    }

    /** Resolves a host name; fails with a {@link FailureException}. Called on the event loop. */
    Future<List<InetAddress>> resolve(EventLoop loop, String host, Duration timeout) {
        // Other event loops may wait for the same lookup.
        Promise<List<InetAddress>> found = loop.promise();
        addresses.of(host).onComplete(found);
        return classified(loop.within(timeout, found.future()));
    }

    /**
     * Opens a TCP connection to one address and closes it; fails with a {@link FailureException}. A server that is sent nothing
     * logs nothing. Called on the event loop.
     */
    Future<Void> reach(EventLoop loop, InetAddress address, int port, Duration timeout) {
        Future<NetSocket> open = probes.connect(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)));
        return classified(loop.within(timeout, open))
                .<Void>mapEmpty()
                .onComplete(end -> open.onSuccess(NetSocket::close));
    }

    private static <T> Future<T> classified(Future<T> result) {
        return result.recover(thrown -> Future.failedFuture(new FailureException(FailureClassifier.of(thrown))));
    }

    /** Whether the server at this address answers a request for TLS within this time, with anything. Never fails. */
    Future<Boolean> answers(EventLoop loop, InetAddress address, int port, Duration time) {
        Promise<Boolean> answer = loop.promise();
        limiter.enter(() -> {
            Runnable leave = limiter.place();
            loop.run(() -> {
                loop.after(ConnectLimiter.LEASE.toMillis(), leave);
                Future<NetSocket> connection =
                        probes.connect(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)));
                connection.onComplete(socket -> requestTls(socket, answer), refused -> answer.tryComplete(false));
                loop.within(time, answer.future()).onComplete(end -> {
                    leave.run();
                    answer.tryComplete(false);
                    connection.onSuccess(NetSocket::close);
                });
            });
        });
        return answer.future();
    }

    private static void requestTls(NetSocket socket, Promise<Boolean> answer) {
        socket.exceptionHandler(lost -> {}); // it calls the close handler too
        socket.closeHandler(closed -> answer.tryComplete(false));
        socket.handler(bytes -> answer.tryComplete(true));
        socket.write(TLS_REQUEST);
    }

    /** TLS (true) or plain text, in the order in which libpq tries them. */
    private static List<Boolean> modes(Tls tls) {
        return switch (tls.mode()) {
            case DISABLE -> List.of(false);
            case ALLOW -> List.of(false, true);
            case PREFER -> List.of(true, false);
            case REQUIRE, VERIFY_CA, VERIFY_FULL -> List.of(true);
        };
    }

    /** The tries of one attempt: each address in turn, and each mode at that address, as in libpq. */
    private final class Tries {

        private final EventLoop loop;
        private final Attempt attempt;
        private final Iterator<InetAddress> remaining;
        private final Attempts attempts = new Attempts();
        /** Whether a server may still hold an abandoned connection. */
        private boolean lingers;

        private boolean unwanted;
        /** Of the connection being opened. */
        private Promise<SqlConnection> answer = Promise.promise();

        Tries(EventLoop loop, Attempt attempt, List<InetAddress> addresses) {
            this.loop = loop;
            this.attempt = attempt;
            this.remaining = addresses.iterator();
            attempt.progress().onUnwanted(this::end);
        }

        private void end() {
            unwanted = true;
            answer.tryFail(new TimeoutException("given up"));
        }

        Future<PhysicalConnection> next() {
            InetAddress address = remaining.next();
            return tryModes(address, modes(attempt.server().tls()))
                    .recover(last ->
                            !unwanted && remaining.hasNext() && Attempts.otherAddressMayHelp(FailureClassifier.of(last))
                                    ? next()
                                    : givenUp());
        }

        private Future<PhysicalConnection> givenUp() {
            if (lingers) {
                attempt.permit().abandon(loop, LOGIN_LINGERS);
                lingers = false;
            }
            return Future.failedFuture(new FailureException(attempts.decisive()));
        }

        private Future<PhysicalConnection> tryModes(InetAddress address, List<Boolean> modes) {
            Future<PhysicalConnection> first = tryOne(address, modes.getFirst());
            return modes.size() == 1
                    ? first
                    : first.recover(refused -> Attempts.otherModeMayHelp(FailureClassifier.of(refused))
                            ? tryOne(address, modes.getLast())
                            : Future.failedFuture(refused));
        }

        private Future<PhysicalConnection> tryOne(InetAddress address, boolean tls) {
            attempt.progress().trying(address, tls);
            return connect(address, tls).recover(thrown -> {
                lingers |= thrown instanceof TimeoutException;
                Failure failure = FailureClassifier.of(thrown);
                attempts.failed(failure);
                attempt.progress().failed(failure);
                return Future.failedFuture(new FailureException(failure));
            });
        }

        private Future<PhysicalConnection> connect(InetAddress address, boolean tls) {
            Server server = attempt.server();
            PgSockets sockets;
            Future<SqlConnection> connection;
            try {
                sockets = new PgSockets(
                        vertx,
                        ConnectOptions.of(
                                server,
                                attempt.database(),
                                attempt.connect(),
                                attempt.settings(),
                                tls,
                                attempt.progress()::certificates),
                        address,
                        () -> {
                            attempt.progress().connected(address);
                            return new StartupGuard(
                                    tls,
                                    server.password() != null,
                                    server.tls().bindChannel(),
                                    attempt.progress()::authenticated);
                        },
                        attempt.progress()::encrypted);
                connection = loop.connect(sockets);
            } catch (RuntimeException broken) {
                // The driver rejects its options: the future must fail, so that the permit is released.
                return Future.failedFuture(new FailureException(Failure.of(Reason.LOCAL, String.valueOf(broken))));
            }
            Promise<SqlConnection> opening = loop.promise();
            answer = opening;
            loop.within(attempt.answerTimeout(), connection).onComplete(opening::tryComplete, opening::tryFail);
            return opening.future()
                    .map(open -> new PhysicalConnection(sockets, open, attempt.permit(), attempt.database()))
                    .onFailure(failed -> sockets.drop(Promise.promise()));
        }
    }
}
