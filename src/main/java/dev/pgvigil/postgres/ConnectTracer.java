package dev.pgvigil.postgres;

import dev.pgvigil.postgres.ConnectTrace.Encryption;
import dev.pgvigil.postgres.ConnectTrace.Reached;
import dev.pgvigil.postgres.ConnectTrace.Result;
import dev.pgvigil.postgres.ConnectTrace.Stage;
import dev.pgvigil.postgres.ConnectTrace.Step;
import dev.pgvigil.postgres.ConnectionBudget.Permit;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Opens one session step by step, as the monitor would, and records each step. It has one connection at a time, within the
 * budget, and closes it. Used once, on the server's event loop; always ends.
 */
final class ConnectTracer implements Connector.Progress {

    /** More addresses of a host are not tried. */
    static final int MOST_ADDRESSES = 8;

    /** Of those that can be reached, how many are tried with a login. */
    private static final int MOST_LOGINS = 2;

    private static final Duration TOTAL = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final String AFTER_FAILURE = "not reached: an earlier step failed";

    private final Connector connector;
    private final Server server;
    private final String database;
    private final Deadlines deadlines;
    private final EventLoop loop;
    private final SessionFactory factory;

    private final List<Step> steps = new ArrayList<>();
    private final List<Reached> reached = new ArrayList<>();
    private final List<InetAddress> reachable = new ArrayList<>();
    private final List<Try> tries = new ArrayList<>();
    private List<X509Certificate> certificates = List.of();
    private @Nullable Encryption encryption;
    private long begun = System.nanoTime();
    private boolean ended;

    /** One try to log in: at one address, with or without TLS. The times are null until the step is done. */
    private static final class Try {
        private final boolean tls;
        private final long startedAt = System.nanoTime();
        private @Nullable Long connectedAt;
        private @Nullable Long encryptedAt;
        private @Nullable Long authenticatedAt;
        private @Nullable Failure failure;
        private @Nullable Long failedAt;

        private Try(boolean tls) {
            this.tls = tls;
        }

        /** The step in which it is, or failed. */
        private Stage stage() {
            if (connectedAt == null) {
                return Stage.TCP;
            }
            if (tls && encryptedAt == null) {
                return Stage.TLS;
            }
            return authenticatedAt == null ? Stage.AUTHENTICATION : Stage.QUERY;
        }

        /** When the step began in which it is. */
        private long stageBegun() {
            return switch (stage()) {
                case DNS, TCP -> startedAt;
                case TLS -> at(connectedAt);
                case AUTHENTICATION -> encryptedAt == null ? at(connectedAt) : encryptedAt;
                case QUERY -> at(authenticatedAt);
            };
        }

        private long at(@Nullable Long time) {
            return time == null ? startedAt : time;
        }
    }

    ConnectTracer(
            Connector connector,
            Server server,
            String database,
            Deadlines deadlines,
            EventLoop loop,
            SessionFactory factory) {
        this.connector = connector;
        this.server = server;
        this.database = database;
        this.deadlines = deadlines;
        this.loop = loop;
        this.factory = factory;
    }

    /** Never fails. */
    Future<ConnectTrace> run() {
        begun = System.nanoTime();
        Future<Void> work = resolve().compose(this::reach).compose(this::logIn);
        return loop.within(TOTAL, work).transform(end -> {
            ended = true;
            if (end.failed() && !anyFailed()) {
                unfinished(FailureClassifier.of(end.cause()));
            }
            return Future.succeededFuture(trace());
        });
    }

    private Future<List<InetAddress>> resolve() {
        return connector.resolve(loop, server.host(), answerTimeout()).onSuccess(found -> {
            done(Stage.DNS, begun, found.size() == 1 ? "1 address" : found.size() + " addresses");
            begun = System.nanoTime();
        });
    }

    private Future<Permit> reach(List<InetAddress> found) {
        Permit permit = factory.permitToDiagnose();
        if (permit == null) {
            Failure none = factory.nonePermitted();
            steps.add(new Step(Stage.TCP, new Result.Skipped(none.message(), none)));
            return Future.failedFuture(new FailureException(none));
        }
        Future<Void> all = Future.succeededFuture();
        for (InetAddress address : found.stream().limit(MOST_ADDRESSES).toList()) {
            all = all.transform(before -> reach(address));
        }
        return all.transform(before -> {
            if (reachable.isEmpty()) {
                permit.release();
                return Future.failedFuture(new FailureException(unreachable()));
            }
            done(Stage.TCP, begun, answering());
            return Future.succeededFuture(permit);
        });
    }

    private String answering() {
        return reached.size() == 1
                ? "port " + server.port() + " is open"
                : "port " + server.port() + " is open at " + reachable.size() + " of " + reached.size() + " addresses";
    }

    private Future<Void> reach(InetAddress address) {
        if (ended) {
            return Future.succeededFuture();
        }
        long start = System.nanoTime();
        return connector
                .reach(loop, address, server.port(), deadlines.connect())
                .transform(end -> {
                    Failure failure = end.failed() ? FailureClassifier.of(end.cause()) : null;
                    reached.add(new Reached(address.getHostAddress(), since(start), failure));
                    if (failure == null) {
                        reachable.add(address);
                    }
                    return Future.succeededFuture();
                });
    }

    /** If no address answers, the failure of the first. */
    private Failure unreachable() {
        Attempts attempts = new Attempts();
        reached.forEach(address -> {
            if (address.failure() != null) {
                attempts.failed(address.failure());
            }
        });
        return attempts.decisive();
    }

    private Future<Void> logIn(Permit permit) {
        if (ended) {
            permit.release();
            return Future.succeededFuture();
        }
        return factory.openFollowed(database, answerTimeout(), permit, this).compose(this::query);
    }

    private Future<Void> query(OpenSession open) {
        PhysicalConnection physical = open.physical();
        if (ended) {
            physical.close();
            return Future.succeededFuture();
        }
        return loop.within(deadlines.answer(), physical.query("select pg_catalog.pg_is_in_recovery()"))
                .onComplete(end -> {
                    if (end.failed()) {
                        factory.abandon(physical);
                    } else {
                        physical.close();
                        succeeded(tries.getLast(), open.facts());
                    }
                })
                .mapEmpty();
    }

    private void succeeded(Try last, ServerFacts facts) {
        long now = System.nanoTime();
        steps.add(new Step(Stage.TLS, encryption(last)));
        steps.add(new Step(Stage.AUTHENTICATION, new Result.Done(authentication(last), "role " + server.user())));
        steps.add(new Step(
                Stage.QUERY,
                new Result.Done(
                        Duration.ofNanos(now - last.at(last.authenticatedAt)),
                        "PostgreSQL " + facts.version() + ", "
                                + facts.role().name().toLowerCase(Locale.ROOT))));
    }

    private Result encryption(Try last) {
        if (last.tls && last.encryptedAt != null) {
            String protocol = encryption == null ? "TLS" : encryption.protocol();
            return new Result.Done(Duration.ofNanos(last.encryptedAt - last.at(last.connectedAt)), protocol);
        }
        Failure refused = tries.stream()
                .filter(other -> other.tls && other.failure != null)
                .map(other -> other.failure)
                .findFirst()
                .orElse(null);
        String mode =
                "sslmode=" + server.tls().mode().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new Result.Skipped(
                "not encrypted, as " + mode + " allows" + (refused == null ? "" : ": " + refused.message()), refused);
    }

    private static Duration authentication(Try last) {
        return Duration.ofNanos(last.at(last.authenticatedAt)
                - (last.encryptedAt == null ? last.at(last.connectedAt) : last.encryptedAt));
    }

    private boolean anyFailed() {
        return steps.stream().anyMatch(step -> !(step.result() instanceof Result.Done));
    }

    /** Adds the step that failed, and those before it. */
    private void unfinished(Failure failure) {
        if (steps.isEmpty()) {
            steps.add(new Step(Stage.DNS, new Result.Failed(since(begun), failure)));
        } else if (tries.isEmpty()) {
            steps.removeIf(step -> step.stage() == Stage.TCP);
            steps.add(new Step(Stage.TCP, new Result.Failed(since(begun), failure)));
        } else {
            failed(decisive(), failure);
        }
    }

    /** By the rule by which the monitor reports the failure of one of several tries. */
    private Try decisive() {
        Attempts attempts = new Attempts();
        tries.forEach(one -> {
            if (one.failure != null) {
                attempts.failed(one.failure);
            }
        });
        Try last = tries.getLast();
        if (last.failure == null) {
            return last;
        }
        Failure decisive = attempts.decisive();
        return tries.stream()
                .filter(one -> decisive.equals(one.failure))
                .findFirst()
                .orElse(last);
    }

    private void failed(Try one, Failure failure) {
        Stage stage = one.stage();
        if (stage == Stage.TCP) {
            steps.removeIf(step -> step.stage() == Stage.TCP);
        }
        if (stage.compareTo(Stage.TLS) > 0) {
            steps.add(new Step(Stage.TLS, encryption(one)));
        }
        if (stage == Stage.QUERY) {
            steps.add(new Step(Stage.AUTHENTICATION, new Result.Done(authentication(one), "role " + server.user())));
        }
        long end = one.failedAt == null ? System.nanoTime() : one.failedAt;
        steps.add(new Step(stage, new Result.Failed(Duration.ofNanos(end - one.stageBegun()), failure)));
    }

    private ConnectTrace trace() {
        for (Stage stage : Stage.values()) {
            if (steps.stream().noneMatch(step -> step.stage() == stage)) {
                steps.add(new Step(stage, new Result.Skipped(AFTER_FAILURE, null)));
            }
        }
        return new ConnectTrace(steps, reached, encryption, certificates);
    }

    private void done(Stage stage, long since, String message) {
        steps.add(new Step(stage, new Result.Done(since(since), message)));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private Duration answerTimeout() {
        return deadlines.answer().compareTo(ANSWER) > 0 ? deadlines.answer() : ANSWER;
    }

    @Override
    public List<InetAddress> candidates(List<InetAddress> found) {
        return reachable.stream().limit(MOST_LOGINS).toList();
    }

    @Override
    public void trying(InetAddress address, boolean tls) {
        tries.add(new Try(tls));
    }

    @Override
    public void connected(InetAddress address) {
        tries.getLast().connectedAt = System.nanoTime();
    }

    @Override
    public void certificates(List<X509Certificate> chain) {
        certificates = List.copyOf(chain);
    }

    @Override
    public void encrypted(SSLSession session) {
        tries.getLast().encryptedAt = System.nanoTime();
        encryption = new Encryption(session.getProtocol(), session.getCipherSuite());
        try {
            Certificate[] sent = session.getPeerCertificates();
            certificates = Arrays.stream(sent)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (SSLPeerUnverifiedException e) {
            certificates = List.of();
        }
    }

    @Override
    public void authenticated() {
        tries.getLast().authenticatedAt = System.nanoTime();
    }

    @Override
    public void failed(Failure failure) {
        tries.getLast().failure = failure;
        tries.getLast().failedAt = System.nanoTime();
    }
}
