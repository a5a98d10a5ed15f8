package dev.pgvigil.state.view;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.OnDemandHeartbeat;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.SteadyClock;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The status of one target: from the latest heartbeat, or from a new one. */
@Singleton
final class HealthCheck {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Fleet fleet;
    private final OnDemandHeartbeat heartbeat;

    HealthCheck(Fleet fleet, OnDemandHeartbeat heartbeat) {
        this.fleet = fleet;
        this.heartbeat = heartbeat;
    }

    Uni<RestResponse<StatusView>> of(String name, @Nullable String fresh, @Nullable String retries) {
        boolean now = Query.flag("fresh", fresh);
        int more = Query.integer("retries", retries, 0, 0, 5);
        if (retries != null && !now) {
            throw ProblemException.badRequest("query parameter retries needs fresh=true");
        }
        StatusView latest = read(name);
        return now ? beat(name, more) : Uni.createFrom().item(RestResponse.ok(latest));
    }

    private Uni<RestResponse<StatusView>> beat(String name, int retries) {
        long startedAt = System.nanoTime();
        return attempt(name, retries)
                .map(done -> RestResponse.ResponseBuilder.ok(read(name))
                        .header("Server-Timing", timing(System.nanoTime() - startedAt))
                        .build());
    }

    private Uni<Boolean> attempt(String name, int retries) {
        return heartbeat
                .beat(name)
                // The target was removed during the request.
                .onFailure(NoSuchElementException.class)
                .transform(gone -> PointInTimeView.unwatched(name))
                .chain(() -> {
                    if (answered(name) || retries == 0) {
                        return Uni.createFrom().item(true);
                    }
                    return Uni.createFrom()
                            .item(true)
                            .onItem()
                            .delayIt()
                            .by(PAUSE)
                            .chain(() -> attempt(name, retries - 1));
                });
    }

    private boolean answered(String name) {
        PointInTimeView view = view();
        return view.beat(view.target(name)) instanceof Outcome.Observed<?>;
    }

    private StatusView read(String name) {
        PointInTimeView view = view();
        return StatusView.of(view.target(name), view);
    }

    private PointInTimeView view() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }

    private static String timing(long nanoseconds) {
        return String.format(Locale.ROOT, "db;dur=%.1f", nanoseconds / 1_000_000.0);
    }
}
