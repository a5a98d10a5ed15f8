package dev.pgvigil.monitor;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Connector;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches one server and its targets: starts each check when it is due, one pass of a check at a time, inside the link's
 * deadlines. Lives on one event loop; every method is called there.
 */
final class ServerMonitor implements ServerConnection.Listener {

    /** What all servers' watches share. */
    record Shared(
            Catalogue catalogue,
            Connector connector,
            Spans spans,
            Fleet fleet,
            CheckCounters tally,
            SchedulingDelay punctuality) {}

    private static final Logger LOG = Logger.getLogger(ServerMonitor.class);
    private static final Duration RELEARN = Duration.ofMinutes(5);
    /** However many ask for a fresh answer, the server is not asked more often than this. */
    private static final Duration FRESH = Duration.ofMillis(100);

    private final Shared shared;
    private final EventLoop loop;
    private final ServerConnection link;
    private final StatePublisher standing;
    private final Schedule schedule;
    private final CheckExecutor asking;
    private final OverheadThrottle pace = new OverheadThrottle();
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
        this.link = new ServerConnection(shared.connector(), server, deadlines, loop, shared.spans(), this);
        this.standing = new StatePublisher(shared.fleet(), server, link);
        this.schedule = new Schedule(shared.catalogue());
        this.asking = new CheckExecutor(link, server, shared.spans());
    }

    /**
     * Watches these targets from now on.
     *
     * @param by how the server is reached; where that or the deadlines have changed, its session begins anew
     */
    void watch(Server by, Deadlines wanted, Collection<Target> targets) {
        if (!by.equals(server) || !wanted.equals(deadlines)) {
            server = by;
            deadlines = wanted;
            link.reach(by, wanted);
        }
        configured = List.copyOf(targets);
        take(TargetDiscovery.targets(configured, databases));
        link.open();
    }

    /** Watches no other than these of its targets any more. */
    void keep(Set<String> names) {
        List<Target> kept = configured.stream()
                .filter(target -> names.contains(target.name()))
                .toList();
        if (kept.size() < configured.size()) {
            configured = kept;
            take(TargetDiscovery.targets(configured, databases));
        }
    }

    /** Watches nothing any more; the future ends when the session is gone. */
    Future<Void> stop() {
        stopped = true;
        loop.cancel(timer);
        Future<Void> gone = link.close();
        standing.end();
        wake();
        return gone;
    }

    /** Beats now, or joins the beat that is under way or has just ended, and calls back when it is judged. */
    void beat(Runnable judged) {
        long now = System.nanoTime();
        if (schedule.runs().stream().anyMatch(run -> isHeartbeat(run) && run.endedWithin(FRESH, now))) {
            judged.run();
            return;
        }
        waiting.add(judged);
        beatNow();
    }

    @Nullable
    TargetState state(String target) {
        TargetMonitor watched = standing.target(target);
        return watched == null ? null : watched.state();
    }

    @Override
    public void ready(ServerFacts learned) {
        if (facts != null && !facts.startedAt().equals(learned.startedAt())) {
            LOG.infof("%s has restarted", server.id());
            schedule.runs().forEach(ScheduledCheck::forget);
        }
        boolean another = facts != null && !facts.equals(learned);
        facts = learned;
        learnedAt = System.nanoTime();
        standing.learned(learned);
        long now = System.nanoTime();
        if (another) {
            schedule.anew(now);
        }
        // What failed while the server was away is asked anew at once: else it would look ill until each check's next
        // turn.
        schedule.runs().stream()
                .filter(run -> run.failures() > 0 && !isHeartbeat(run))
                .forEach(run -> run.dueAt(now));
        beatNow();
        tick();
    }

    @Override
    public void down(Failure failure) {
        LOG.debugf("%s: %s %s", server.id(), failure.reason(), failure.message());
        beatNow();
    }

    private void take(Collection<Target> targets) {
        standing.targets(server, targets, shared.catalogue().names());
        link.databases(targets.stream().map(Target::database).distinct().toList());
        schedule.cover(standing.targets(), System.nanoTime());
        hasten();
        tick();
    }

    private void tick() {
        if (stopped) {
            return;
        }
        asking.turnPage();
        long now = System.nanoTime();
        if (pace.evaluate(now, link, standing.targets())) {
            hasten();
        }
        if (link.ready() && now - learnedAt > RELEARN.toNanos()) {
            learnedAt = now;
            link.relearn();
        }
        for (ScheduledCheck<?> run : schedule.runs()) {
            if (run.startable(now)) {
                due(run, now);
            }
        }
        loop.cancel(timer);
        timer = loop.after(schedule.millisToNext(System.nanoTime(), this::mayStart), this::tick);
    }

    /** Cadences have changed: a pass that was put off by those before comes as soon as these want it. */
    private void hasten() {
        long now = System.nanoTime();
        schedule.runs().forEach(run -> run.hasten(period(run), now));
    }

    private Duration period(ScheduledCheck<?> run) {
        Duration fresh = shared.fleet().snapshot().staleAfter().minus(deadlines.answer());
        return pace.of(run.check, schedule.interval(run, facts), fresh);
    }

    private void due(ScheduledCheck<?> run, long now) {
        Failure trouble = link.trouble();
        if (mayStart(run)) {
            if (isHeartbeat(run)) {
                shared.punctuality().began(run.late(now));
            }
            start(run, now);
        } else if (trouble != null) {
            standing.unasked(run, trouble);
        }
    }

    /** Heartbeats tell also that there is no session; whatever else is due waits for one. */
    private boolean mayStart(ScheduledCheck<?> run) {
        return isHeartbeat(run) || asking.possible(run);
    }

    private static boolean isHeartbeat(ScheduledCheck<?> run) {
        return run.check.name().equals(Heartbeat.NAME);
    }

    private void beatNow() {
        long now = System.nanoTime();
        schedule.runs().stream()
                .filter(run -> isHeartbeat(run) && !run.underWay())
                .findFirst()
                .ifPresentOrElse(run -> start(run, now), () -> {
                    if (schedule.runs().stream().noneMatch(ServerMonitor::isHeartbeat)) {
                        wake();
                    }
                });
    }

    private <O> void start(ScheduledCheck<O> run, long now) {
        if (stopped) {
            return;
        }
        int turn = run.begin(now, period(run));
        if (!link.ready()) {
            Failure trouble = link.trouble();
            if (trouble == null) {
                run.skip();
            } else {
                failed(run, turn, new FailureException(trouble));
            }
            return;
        }
        ServerFacts known = facts;
        String missing = known == null ? null : UnmetRequirement.of(run.check.requirements(), known);
        if (missing != null) {
            finish(run, turn, new Outcome.Skipped<>(SteadyClock.now(), missing));
            return;
        }
        asking.ask(run)
                .subscribe()
                .with(
                        value -> finish(
                                run,
                                turn,
                                new Outcome.Observed<>(SteadyClock.now(), run.took(System.nanoTime()), value)),
                        thrown -> failed(run, turn, thrown));
    }

    private <O> void failed(ScheduledCheck<O> run, int turn, Throwable thrown) {
        Failure failure = thrown instanceof FailureException known ? known.failure() : unexpected(run, thrown);
        Outcome<O> outcome = new Outcome.Failed<>(SteadyClock.now(), run.took(System.nanoTime()), failure, run.last());
        finish(run, turn, outcome);
    }

    private static Failure unexpected(ScheduledCheck<?> run, Throwable thrown) {
        if (run.failures() == 0) {
            LOG.errorf(thrown, "check %s has a defect", run.check.name());
        }
        return Failure.of(
                Reason.LOCAL, "the check itself failed: " + thrown.getClass().getSimpleName());
    }

    private <O> void finish(ScheduledCheck<O> run, int turn, Outcome<O> outcome) {
        if (!run.end(turn) || stopped) {
            return;
        }
        shared.tally().count(run.check.name(), outcome);
        standing.settle(run, outcome);
        switch (outcome) {
            case Outcome.Observed<O> seen -> {
                run.observed(seen, deadlines.statement());
                follow(run, seen.value());
            }
            case Outcome.Failed<O> failed -> {
                run.failed(failed.failure());
                run.dueBy(System.nanoTime() + pace.again(run.failures()).toNanos());
            }
            case Outcome.Skipped<O> skipped -> run.skipped();
        }
        if (isHeartbeat(run)) {
            wake();
        }
        if (run.startable(System.nanoTime())) {
            tick();
        }
    }

    /** What an observation has to say to the watch itself. */
    private void follow(ScheduledCheck<?> run, @Nullable Object value) {
        switch (value) {
            case Databases.Listing listing -> discover(listing);
            case Heartbeat.Beat beat when facts != null && beat.role() != facts.role() -> link.relearn();
            case null, default -> {}
        }
        if (isHeartbeat(run) || run.check.name().equals(Connections.NAME)) {
            link.holdSpare(standing.unhealthy(Connections.NAME));
        }
    }

    private void discover(Databases.Listing listing) {
        databases = listing.discoverable();
        List<Target> all = TargetDiscovery.targets(configured, databases);
        Set<Target> known =
                standing.targets().stream().map(TargetMonitor::target).collect(Collectors.toSet());
        if (!known.equals(Set.copyOf(all))) {
            take(all);
        }
    }

    private void wake() {
        List<Runnable> woken = List.copyOf(waiting);
        waiting.clear();
        woken.forEach(Runnable::run);
    }
}
