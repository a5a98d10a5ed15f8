package dev.pgvigil.state.events;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/events}. A plain route: a resource's stream would have us wait for the slowest reader's socket, or
 * buffer for it.
 */
@Singleton
final class EventsRoute {

    private static final String PATH = "/api/v1/events";
    private static final String MEDIA_TYPE = "text/event-stream";
    private static final Map<String, Boolean> PARAMETERS = new TreeMap<>(Map.of("beats", false, "target", false));

    private final Fleet fleet;
    private final EventBroadcaster hub;
    private final Vertx vertx;

    EventsRoute(Fleet fleet, EventBroadcaster hub, Vertx vertx) {
        this.fleet = fleet;
        this.hub = hub;
        this.vertx = vertx;
    }

    void register(@Observes Router router) {
        router.route(PATH).order(1).handler(this::open);
    }

    private void open(RoutingContext context) {
        HttpServerRequest request = context.request();
        check(request);
        Query.strict(parameters(request.params()), PARAMETERS);
        @Nullable String target = request.getParam("target");
        boolean beats = Query.flag("beats", request.getParam("beats"));

        if (target != null && !fleet.snapshot().targets().containsKey(target)) {
            throw ProblemException.notFound("no watched database is named \"" + Query.shown(target) + "\"");
        }
        Context loop = vertx.getOrCreateContext();
        SseConnection listener = new SseConnection(loop, request, wanted(target, beats), hub::dropped);
        request.response().closeHandler(closed -> hub.remove(listener));
        request.response().endHandler(ended -> hub.remove(listener));
        if (!hub.add(listener)) {
            throw ProblemException.of(503, "the event stream has " + EventBroadcaster.LISTENERS + " readers already")
                    .header("Retry-After", "5");
        }
        // Changes from here on wait behind this.
        hub.beginning(new PointInTimeView(fleet.snapshot(), SteadyClock.now()), target)
                .emitOn(work -> loop.runOnContext(now -> work.run()))
                .subscribe()
                .with(bytes -> begin(listener, request, bytes), context::fail);
    }

    private static void begin(SseConnection listener, HttpServerRequest request, byte[] bytes) {
        request.response()
                .setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .putHeader("X-Accel-Buffering", "no");
        listener.begin(bytes);
    }

    private static void check(HttpServerRequest request) {
        if (!HttpMethod.GET.equals(request.method())) {
            throw ProblemException.of(405, "this path knows GET alone").header("Allow", "GET");
        }
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept != null && !accept.contains(MEDIA_TYPE) && !accept.contains("text/*") && !accept.contains("*/*")) {
            throw ProblemException.of(406, "this path answers " + MEDIA_TYPE + " alone");
        }
    }

    private static Map<String, List<String>> parameters(MultiMap params) {
        Map<String, List<String>> all = new HashMap<>();
        params.names().forEach(name -> all.put(name, params.getAll(name)));
        return all;
    }

    private static Predicate<FleetEvent> wanted(@Nullable String target, boolean beats) {
        return change ->
                (beats || !(change instanceof FleetEvent.Beat)) && (target == null || target.equals(change.target()));
    }
}
