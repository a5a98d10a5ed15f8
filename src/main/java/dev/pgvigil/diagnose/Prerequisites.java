package dev.pgvigil.diagnose;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.diagnose.PrerequisitesView.Verdict;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers from the latest snapshot whether targets are ready for a job; may wait until they are. */
@Singleton
class Prerequisites {

    /** How many requests may wait at a time. */
    static final int MOST_WAITING = 100;

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final JsonRenderer renderer;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * A question.
     *
     * @param targets empty: all
     */
    record Asked(List<String> targets, long thresholdMs) {

        Asked {
            targets = List.copyOf(targets);
        }
    }

    Prerequisites(Fleet fleet, Catalogue catalogue, JsonRenderer renderer) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.renderer = renderer;
    }

    /** The response with status 200 or 503. Throws a {@link ProblemException} if a target is not known. */
    Uni<RestResponse<Buffer>> answer(Asked asked) {
        known(asked);
        return renderer.answer(asked, () -> rendered(asked));
    }

    /**
     * The response as soon as its status is 200, or when the time is up.
     *
     * @param gone whether the client has gone
     */
    Uni<RestResponse<Buffer>> answer(Asked asked, Duration wait, AtomicBoolean gone) {
        if (!wait.isPositive()) {
            return answer(asked);
        }
        known(asked);
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            throw ProblemException.of(503, MOST_WAITING + " requests wait already; no more may wait at once")
                    .header("Retry-After", "5");
        }
        long end = System.nanoTime() + wait.toNanos();
        return poll(asked, end, gone).onTermination().invoke(waiting::decrementAndGet);
    }

    /** How many requests are waiting. */
    int waiting() {
        return waiting.get();
    }

    private Uni<RestResponse<Buffer>> poll(Asked asked, long end, AtomicBoolean gone) {
        return answer(asked).chain(response -> {
            long left = end - System.nanoTime();
            if (response.getStatus() == RestResponse.StatusCode.OK || left <= 0 || gone.get()) {
                return Uni.createFrom().item(response);
            }
            Duration pause = Duration.ofMillis(Math.clamp(left / 1_000_000, 1, LOOK_EVERY.toMillis()));
            return Uni.createFrom().voidItem().onItem().delayIt().by(pause).chain(() -> poll(asked, end, gone));
        });
    }

    private RestResponse<PrerequisitesView> rendered(Asked asked) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        PrerequisiteRules rules = new PrerequisiteRules(
                view, asked.thresholdMs(), catalogue.names().contains(MigrationProgress.CHECK));
        List<TargetState> targets = asked.targets().isEmpty()
                ? view.targets()
                : asked.targets().stream().map(view::target).toList();
        PrerequisitesView result =
                PrerequisitesView.of(targets.stream().map(rules::of).toList(), view.now(), asked.thresholdMs());
        return result.overallStatus() == Verdict.FAILED
                ? RestResponse.ResponseBuilder.<PrerequisitesView>create(RestResponse.Status.SERVICE_UNAVAILABLE)
                        .entity(result)
                        .build()
                : RestResponse.ok(result);
    }

    /** A misspelt name must fail at once, not after the wait. */
    private void known(Asked asked) {
        TreeSet<String> unknown = new TreeSet<>(asked.targets());
        unknown.removeAll(fleet.snapshot().targets().keySet());
        if (!unknown.isEmpty()) {
            throw ProblemException.notFound("no watched database is named \"" + Query.shown(unknown.first()) + "\""
                    + (unknown.size() == 1 ? "" : ", and " + (unknown.size() - 1) + " more are unknown"));
        }
    }
}
