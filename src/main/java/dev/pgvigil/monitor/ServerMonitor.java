package dev.pgvigil.monitor;

import static java.util.Comparator.comparing;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.DatabaseListing;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Policy.Reaction;
import dev.pgvigil.postgres.Connector;
import dev.pgvigil.postgres.DatabaseSession;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.postgres.SupersededException;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Monitors one server and its targets: starts each check when it is due, one run of a check at a time, within the
 * deadlines of the connection. Confined to one event loop.
 */
final class ServerMonitor implements ServerConnection.Listener {

    /** What the monitors of all servers share. */
    record Shared(
            Catalogue catalogue,
            Connector connector,
            Spans spans,
            Fleet fleet,
            CheckCounters counters,
            SchedulingDelay delay,
            MemoryBudget memory,
            IntSupplier servers) {

        /** The names of the checks with a reaction. */
        Set<String> reacting(Reaction reaction) {
            return catalogue.checks().stream()
                    .filter(check -> check.policy().reactions().contains(reaction))
                    .map(Check::name)
                    .collect(Collectors.toSet());
        }
    }

    /** Missing, closed, CONNECT not granted, or refused by pg_hba.conf. */
    private static final Set<String> NOT_ADMITTED = Set.of("3D000", "55000", "42501", "28000");

    private static final Logger LOG = Logger.getLogger(ServerMonitor.class);
    private static final Duration RELEARN = Duration.ofMinutes(5);
    /** Minimum time between on-demand heartbeats, however many requests there are. */
    private static final Duration FRESH = Duration.ofMillis(100);
    /** A visit also runs checks that become due within this share of their interval, to save another visit. */
    private static final double AHEAD = 0.1;

    private final Shared shared;
    private final EventLoop loop;
    private final ServerConnection connection;
    private final StatePublisher publisher;
    private final Schedule schedule;
    private final CheckExecutor executor;
    private final DatabaseVisits visits;
    private final Set<String> holdsEmergency;
    private final OverheadThrottle throttle = new OverheadThrottle();
    private final List<Runnable> waiting = new ArrayList<>();

    private Server server;
    private Deadlines deadlines;
    private Collection<Target> configured = List.of();
    private List<String> databases = List.of();
    private @Nullable ServerFacts facts;
    private long learnedAt;
    private boolean stopped;
    private long timer = -1;

    ServerMonitor(Shared shared, Server server, Deadlines deadlines, EventLoop loop) {
        this.shared = shared;
        this.server = server;
        this.deadlines = deadlines;
        this.loop = loop;
        this.connection = new ServerConnection(shared.connector(), server, deadlines, loop, shared.spans(), this);
        this.publisher = new StatePublisher(shared.fleet(), server, connection);
        this.schedule = new Schedule(shared.catalogue(), shared.memory(), shared.servers());
        this.executor = new CheckExecutor(connection, server, shared.spans(), publisher);
        this.visits = new DatabaseVisits(connection, new Visitor());
        this.databases = discovered(shared.fleet().snapshot(), server);
        this.holdsEmergency = shared.reacting(Reaction.HOLD_EMERGENCY_CONNECTION);
    }

    /**
     * Monitors these targets from now on.
     *
     * @param by how the server is reached; if that or the deadlines have changed, the session is reopened
     */
    void watch(Server by, Deadlines wanted, Collection<Target> targets) {
        if (!by.equals(server) || !wanted.equals(deadlines)) {
            server = by;
            deadlines = wanted;
            connection.reach(by, wanted);
        }
        configured = List.copyOf(targets);
        apply(TargetDiscovery.targets(configured, databases));
        connection.open();
    }

    /** Stops monitoring all targets but these. */
    void keep(Set<String> names) {
        List<Target> kept = configured.stream()
                .filter(target -> names.contains(target.name()))
                .toList();
        if (kept.size() < configured.size()) {
            configured = kept;
            apply(TargetDiscovery.targets(configured, databases));
        }
    }

    /** Stops monitoring. The future completes when the session is closed. */
    Future<Void> stop() {
        Future<Void> gone = handOver();
        publisher.end();
        return gone;
    }

    /** Stops monitoring for another replica, which continues: the published state stays. */
    Future<Void> handOver() {
        stopped = true;
        loop.cancel(timer);
        visits.stop();
        Future<Void> gone = connection.close();
        schedule.cover(List.of(), System.nanoTime());
        notifyWaiting();
        return gone;
    }

    /** The databases that discovery had found when another replica watched the server. */
    private static List<String> discovered(Snapshot snapshot, Server server) {
        return snapshot.targets().values().stream()
                .map(TargetState::target)
                .filter(target ->
                        target.isDiscovered() && target.server().identity().equals(server.identity()))
                .map(Target::database)
                .distinct()
                .toList();
    }

    /**
     * Sends a heartbeat now, or joins the one that is in flight or has just ended. Runs the callback when it is
     * evaluated.
     */
    void beat(Runnable evaluated) {
        long now = System.nanoTime();
        if (schedule.runs().stream().anyMatch(run -> run.heartbeat() && run.endedWithin(FRESH, now))) {
            evaluated.run();
            return;
        }
        waiting.add(evaluated);
        beatNow();
    }

    /** The connection to the server, for work that a request asks for. */
    ServerConnection connection() {
        return connection;
    }

    @Nullable
    TargetState state(String target) {
        TargetMonitor monitored = publisher.target(target);
        return monitored == null ? null : monitored.state();
    }

    @Override
    public void ready(ServerFacts learned) {
        if (facts != null && !facts.startedAt().equals(learned.startedAt())) {
            LOG.infof("%s has restarted", server.id());
            schedule.runs().forEach(ScheduledCheck::forget);
        }
        boolean changed = facts != null && !facts.equals(learned);
        facts = learned;
        learnedAt = System.nanoTime();
        publisher.learned(learned);
        executor.learned(connection.database(), learned);
        long now = System.nanoTime();
        if (changed) {
            schedule.anew(now);
        }
        // Checks that failed while the server was unreachable are repeated at once. Otherwise the target would stay
        // unhealthy until the next run of each check.
        schedule.runs().stream()
                .filter(run -> run.failures() > 0 && !run.heartbeat())
                .forEach(run -> run.dueAt(now));
        beatNow();
        tick();
    }

    @Override
    public void down(Failure failure) {
        LOG.debugf("%s: %s %s", server.id(), failure.reason(), failure.message());
        beatNow();
    }

    private void apply(Collection<Target> targets) {
        publisher.targets(server, targets, shared.catalogue().names());
        List<String> names = targets.stream().map(Target::database).distinct().toList();
        connection.databases(names);
        executor.retain(Set.copyOf(names));
        schedule.cover(publisher.targets(), System.nanoTime());
        hasten();
        tick();
    }

    /** Starts the due checks, and sets the timer for the next one. */
    private void tick() {
        if (stopped) {
            return;
        }
        executor.beginRound();
        long now = System.nanoTime();
        if (throttle.evaluate(now, connection, publisher.targets())) {
            hasten();
        }
        if (connection.ready() && now - learnedAt > RELEARN.toNanos()) {
            learnedAt = now;
            connection.relearn();
        }
        for (ScheduledCheck<?> run : schedule.runs()) {
            if (run.startable(now)) {
                due(run, now);
            }
        }
        visits.begin();
        loop.cancel(timer);
        timer = loop.after(schedule.millisToNext(System.nanoTime(), this::mayStart), this::tick);
    }

    /** Intervals have changed: a run postponed by longer intervals becomes due as the new ones require. */
    private void hasten() {
        long now = System.nanoTime();
        schedule.runs().forEach(run -> run.hasten(interval(run), now));
    }

    private Duration interval(ScheduledCheck<?> run) {
        return throttled(run, schedule.interval(run, facts));
    }

    private Duration throttled(ScheduledCheck<?> run, Duration interval) {
        Duration fresh = shared.fleet().snapshot().staleAfter().minus(deadlines.answer());
        return throttle.of(run.check, interval, fresh);
    }

    private void due(ScheduledCheck<?> run, long now) {
        if (!run.hasWork()) {
            skip(run, now);
            return;
        }
        Failure trouble = connection.trouble();
        if (mayStart(run)) {
            if (run.heartbeat()) {
                shared.delay().began(run.late(now));
            }
            start(run, now);
        } else if (trouble != null) {
            publisher.unavailable(run, trouble);
        } else if (connection.ready()) {
            visits.request(executor.databaseOf(run));
        }
    }

    private <O> void skip(ScheduledCheck<O> run, long now) {
        int runNumber = run.begin(now, interval(run));
        finish(run, runNumber, new Outcome.Skipped<>(SteadyClock.now(), "nothing is configured for it"));
    }

    /** Heartbeats also report that there is no session. Checks of a host need none; all others wait for a session or a visit. */
    private boolean mayStart(ScheduledCheck<?> run) {
        return run.heartbeat() || readsHost(run) || (connection.ready() && executor.onSharedSession(run));
    }

    private boolean readsHost(ScheduledCheck<?> run) {
        return run.host() && connection.host() != null;
    }

    private void beatNow() {
        long now = System.nanoTime();
        schedule.runs().stream()
                .filter(run -> run.heartbeat() && !run.underWay())
                .findFirst()
                .ifPresentOrElse(run -> start(run, now), () -> {
                    if (schedule.runs().stream().noneMatch(ScheduledCheck::heartbeat)) {
                        notifyWaiting();
                    }
                });
    }

    /** Starts a run on the shared session. */
    private <O> void start(ScheduledCheck<O> run, long now) {
        if (stopped) {
            return;
        }
        int runNumber = run.begin(now, interval(run));
        if (!connection.ready() && !run.host()) {
            Failure trouble = connection.trouble();
            if (trouble == null) {
                run.skip();
            } else {
                failed(run, runNumber, new FailureException(trouble));
            }
            return;
        }
        collect(run, runNumber, facts, () -> executor.collect(run)).subscribe().with(done -> {});
    }

    /** Runs a check once and publishes its outcome. The Uni completes after that, and never fails. */
    private <O> Uni<Void> collect(
            ScheduledCheck<O> run, int runNumber, @Nullable ServerFacts known, Supplier<Uni<O>> collection) {
        String unmet = known == null ? null : run.check.requirements().unmet(known);
        if (unmet != null) {
            finish(run, runNumber, new Outcome.Skipped<>(SteadyClock.now(), unmet));
            return Uni.createFrom().voidItem();
        }
        return collection
                .get()
                .onItem()
                .invoke(value -> finish(
                        run, runNumber, new Outcome.Observed<>(SteadyClock.now(), run.took(System.nanoTime()), value)))
                .onFailure()
                .invoke(thrown -> failed(run, runNumber, thrown))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private <O> void failed(ScheduledCheck<O> run, int runNumber, Throwable thrown) {
        if (thrown instanceof SupersededException) {
            repeat(run, runNumber);
            return;
        }
        Failure failure = thrown instanceof FailureException known ? known.failure() : unexpected(run, thrown);
        Outcome<O> outcome = new Outcome.Failed<>(SteadyClock.now(), run.took(System.nanoTime()), failure, run.last());
        finish(run, runNumber, outcome);
    }

    /** Its session did not answer in time, but the server answers on another: that is no outcome yet. */
    private void repeat(ScheduledCheck<?> run, int runNumber) {
        if (run.end(runNumber) && !stopped) {
            run.dueAt(System.nanoTime());
            tick();
        }
    }

    private static Failure unexpected(ScheduledCheck<?> run, Throwable thrown) {
        if (run.failures() == 0) {
            LOG.errorf(thrown, "check %s has a defect", run.check.name());
        }
        return Failure.of(
                Reason.LOCAL, "the check itself failed: " + thrown.getClass().getSimpleName());
    }

    private <O> void finish(ScheduledCheck<O> run, int runNumber, Outcome<O> outcome) {
        if (!run.end(runNumber) || stopped) {
            return;
        }
        shared.counters().count(run.check.name(), outcome);
        publisher.settle(run, outcome);
        switch (outcome) {
            case Outcome.Observed<O> observed -> {
                boolean idle = run.idle();
                run.observed(observed, deadlines.statement());
                if (idle != run.idle()) {
                    run.dueAgain(interval(run));
                }
                react(run, observed.value());
            }
            case Outcome.Failed<O> failed -> {
                run.failed(failed.failure());
                run.dueBy(
                        System.nanoTime() + throttle.retryDelay(run.failures()).toNanos());
            }
            case Outcome.Skipped<O> skipped -> run.skipped();
        }
        if (run.heartbeat()) {
            notifyWaiting();
        }
        if (run.startable(System.nanoTime())) {
            tick();
        }
    }

    /** Reactions of the monitor itself to an observation. */
    private void react(ScheduledCheck<?> run, @Nullable Object value) {
        Set<Reaction> reactions = run.check.policy().reactions();
        if (reactions.contains(Reaction.DISCOVER_DATABASES) && value instanceof DatabaseListing listing) {
            discover(listing);
        }
        if (value instanceof HeartbeatResult result && facts != null && result.role() != facts.role()) {
            connection.relearn();
        }
        if (run.heartbeat() || reactions.contains(Reaction.HOLD_EMERGENCY_CONNECTION)) {
            connection.holdEmergency(publisher.unhealthy(holdsEmergency));
        }
    }

    private void discover(DatabaseListing listing) {
        databases = listing.discoverable();
        List<Target> all = TargetDiscovery.targets(configured, databases);
        Set<Target> known =
                publisher.targets().stream().map(TargetMonitor::target).collect(Collectors.toSet());
        if (!known.equals(Set.copyOf(all))) {
            apply(all);
        }
    }

    private void notifyWaiting() {
        List<Runnable> callbacks = List.copyOf(waiting);
        waiting.clear();
        callbacks.forEach(Runnable::run);
    }

    /** Runs the checks that are due in the visited database. */
    private final class Visitor implements DatabaseVisits.Visitor {

        @Override
        public List<ScheduledCheck<?>> due(String database) {
            long now = System.nanoTime();
            return schedule.runs().stream()
                    .filter(run -> !run.heartbeat() && !executor.onSharedSession(run) && run.hasWork())
                    .filter(run -> executor.databaseOf(run).equals(database))
                    .filter(run -> run.startable(now + ahead(run)))
                    .sorted(comparing(ScheduledCheck::slow))
                    .<ScheduledCheck<?>>map(run -> run)
                    .toList();
        }

        /** How long before it is due a check runs with the visit. */
        private long ahead(ScheduledCheck<?> run) {
            long period = interval(run).toNanos();
            long idle = period
                    - throttled(run, schedule.intervalOfVisits(run, facts)).toNanos();
            return Math.max(Math.round(AHEAD * period), idle);
        }

        @Override
        public void opened(DatabaseSession session) {
            executor.learned(session.database(), session.facts());
        }

        @Override
        public Future<Void> run(ScheduledCheck<?> check, DatabaseSession session) {
            return visited(check, session);
        }

        private <O> Future<Void> visited(ScheduledCheck<O> run, DatabaseSession session) {
            if (stopped) {
                return Future.succeededFuture();
            }
            int runNumber = run.begin(System.nanoTime(), interval(run));
            return UniHelper.toFuture(collect(run, runNumber, session.facts(), () -> executor.collect(run, session)));
        }

        @Override
        public void refused(ScheduledCheck<?> check, Throwable failure) {
            int runNumber = check.begin(System.nanoTime(), interval(check));
            if (isGone(check, failure)) {
                gone(check, runNumber);
            } else {
                failed(check, runNumber, failure);
            }
        }

        /** Discovery will remove the target, which is no fault. */
        private boolean isGone(ScheduledCheck<?> check, Throwable failure) {
            TargetMonitor only = check.only;
            String state =
                    failure instanceof FailureException known ? known.failure().sqlState() : null;
            return only != null && only.target().isDiscovered() && state != null && NOT_ADMITTED.contains(state);
        }

        private <O> void gone(ScheduledCheck<O> check, int runNumber) {
            finish(check, runNumber, new Outcome.Skipped<>(SteadyClock.now(), "the database does not admit pgvigil"));
        }

        @Override
        public void ended() {
            tick();
        }

        @Override
        public long timer(Duration time, Runnable late) {
            return loop.after(time.toMillis(), late);
        }

        @Override
        public void cancel(long timer) {
            loop.cancel(timer);
        }
    }
}
