package dev.pgvigil.watch.view;

import dev.pgvigil.http.Query;
import dev.pgvigil.http.Refusal;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.Outcome;
import dev.pgvigil.watch.SteadyClock;
import dev.pgvigil.watch.Watch;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The status of one target: as the latest heartbeat told it, or as one made now tells it. */
@Singleton
final class HealthCheck {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Fleet fleet;
    private final Watch watch;

    HealthCheck(Fleet fleet, Watch watch) {
        this.fleet = fleet;
        this.watch = watch;
    }

    Uni<RestResponse<StatusView>> of(String name, @Nullable String fresh, @Nullable String retries) {
        boolean now = Query.flag("fresh", fresh);
        int more = Query.integer("retries", retries, 0, 0, 5);
        if (retries != null && !now) {
            throw Refusal.badRequest("query parameter retries needs fresh=true");
        }
        StatusView latest = read(name);
        return now ? beat(name, more) : Uni.createFrom().item(RestResponse.ok(latest));
    }

    private Uni<RestResponse<StatusView>> beat(String name, int retries) {
        long began = System.nanoTime();
        return attempt(name, retries)
                .map(done -> RestResponse.ResponseBuilder.ok(read(name))
                        .header("Server-Timing", timing(System.nanoTime() - began))
                        .build());
    }

    private Uni<Boolean> attempt(String name, int retries) {
        return watch.beat(name)
                // It has left the configuration since the question came.
                .onFailure(NoSuchElementException.class)
                .transform(gone -> Look.unwatched(name))
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
        Look look = look();
        return look.beat(look.target(name)) instanceof Outcome.Observed<?>;
    }

    private StatusView read(String name) {
        Look look = look();
        return StatusView.of(look.target(name), look);
    }

    private Look look() {
        return new Look(fleet.snapshot(), SteadyClock.now());
    }

    private static String timing(long nanoseconds) {
        return String.format(Locale.ROOT, "db;dur=%.1f", nanoseconds / 1_000_000.0);
    }
}
