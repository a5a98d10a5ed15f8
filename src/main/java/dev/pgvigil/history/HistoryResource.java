package dev.pgvigil.history;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.store.HistoryRange;
import dev.pgvigil.store.HistoryRequest;
import dev.pgvigil.store.Series;
import dev.pgvigil.store.Store;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Serves the last hour from memory, and any time from the store. */
@Path("/api/v1/databases/{name}/history")
@NonBlocking
@Tag(name = "databases")
public final class HistoryResource {

    private static final Logger LOG = Logger.getLogger(HistoryResource.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int LONGEST_STEP = 31 * 86_400;

    private final Fleet fleet;
    private final History history;
    private final Store store;

    HistoryResource(Fleet fleet, History history, Store store) {
        this.fleet = fleet;
        this.history = history;
        this.store = store;
    }

    @GET
    @Operation(
            operationId = "database_history",
            summary =
                    "Heartbeats and connections over the last hour; with from, to, step or series any part of the history")
    public Uni<HistoryView> history(
            @RestPath String name,
            @RestQuery @Nullable String from,
            @RestQuery @Nullable String to,
            @RestQuery @Nullable String step,
            @RestQuery List<String> series) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        ServerHistory recent = history.of(view.target(name).target().server());
        HistoryView memory = HistoryView.of(name, recent, view.now(), null);
        if (from == null && to == null && step == null && series.isEmpty()) {
            return Uni.createFrom().item(memory);
        }
        HistoryRequest request = request(from, to, step, series, SteadyClock.shown(view.now()));
        Future<HistoryRange> stored = store.history(name, request);
        if (stored == null) {
            return Uni.createFrom().item(HistoryView.of(name, recent, view.now(), RangeView.of(request, memory)));
        }
        return Uni.createFrom()
                .completionStage(stored.toCompletionStage())
                .map(range -> HistoryView.of(name, recent, view.now(), RangeView.of(request, range)))
                .onFailure()
                .transform(failure -> {
                    LOG.debug("history could not be read", failure);
                    return ProblemException.of(
                            503, "the store does not answer: the last hour is here without parameters");
                });
    }

    private static HistoryRequest request(
            @Nullable String from, @Nullable String to, @Nullable String step, List<String> series, Instant now) {
        Instant until = to == null ? now : HistoryTime.parse("to", to);
        Instant since = from == null ? until.minus(HOUR) : HistoryTime.parse("from", from);
        HistoryTime.require(since, until);
        int seconds = Query.integer("step", step, 0, 1, LONGEST_STEP);
        List<Series> wanted = series.isEmpty()
                ? List.of(Series.values())
                : Query.choices("series", series, Series.class).stream()
                        .distinct()
                        .toList();
        return new HistoryRequest(since, until, seconds == 0 ? null : Duration.ofSeconds(seconds), wanted);
    }
}
