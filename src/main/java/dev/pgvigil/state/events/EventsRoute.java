package dev.pgvigil.state.events;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.Fleet;
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
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/events}. A client that sends the id of its last event gets the events after it, if the log still
 * has them; any other client gets a snapshot first. This is a plain route, because the stream of a JAX-RS resource
 * would wait for the slowest client or buffer for it.
 */
@Singleton
final class EventsRoute {

    private static final String PATH = "/api/v1/events";
    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final String MEDIA_TYPE = "text/event-stream";
    private static final Map<String, Boolean> PARAMETERS = new TreeMap<>(Map.of("beats", false, "target", false));

    private final Fleet fleet;
    private final EventLog log;
    private final EventBroadcaster broadcaster;
    private final Vertx vertx;

    EventsRoute(Fleet fleet, EventBroadcaster broadcaster, Vertx vertx) {
        this.fleet = fleet;
        this.log = fleet.events();
        this.broadcaster = broadcaster;
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

        Context loop = vertx.getOrCreateContext();
        // Read before the snapshot, so that no change is missing from both.
        EventLog.Position end = log.end();
        String header = request.getHeader(LAST_EVENT_ID);
        @Nullable EventId last = header == null ? null : EventId.parse(header);
        @Nullable
        EventId resumed =
                last != null && last.epoch().equals(log.epoch()) && log.reaches(last.sequence()) ? last : null;
        // The log may still contain the removal of a target.
        if (target != null && resumed == null && !fleet.snapshot().targets().containsKey(target)) {
            throw ProblemException.notFound("no watched database is named \"" + Query.shown(target) + "\"");
        }
        EventLog.Position position = resumed == null ? end : new EventLog.Position(resumed.sequence(), end.beat());
        SseConnection reader = new SseConnection(
                loop,
                request,
                broadcaster,
                log,
                new SseConnection.Choice(target, beats, SignedIn.key(context)),
                position);
        request.response().closeHandler(closed -> broadcaster.remove(reader));
        request.response().endHandler(ended -> broadcaster.remove(reader));
        if (!broadcaster.add(reader)) {
            throw ProblemException.of(503, "the event stream has " + EventBroadcaster.LISTENERS + " readers already")
                    .header("Retry-After", "5");
        }
        if (resumed != null) {
            begin(reader, request, Event.RETRY);
            return;
        }
        // Events after this position are written after the snapshot.
        broadcaster
                .snapshot(
                        new EventId(log.epoch(), end.sequence()),
                        reason(header, last),
                        new PointInTimeView(fleet.snapshot(), SteadyClock.now()),
                        target)
                .emitOn(work -> loop.runOnContext(now -> work.run()))
                .subscribe()
                .with(bytes -> begin(reader, request, bytes), context::fail);
    }

    private InitialEvent.Reason reason(@Nullable String header, @Nullable EventId last) {
        if (header == null) {
            return InitialEvent.Reason.FIRST;
        }
        return last != null && last.epoch().equals(log.epoch())
                ? InitialEvent.Reason.EXPIRED
                : InitialEvent.Reason.RESTARTED;
    }

    private static void begin(SseConnection reader, HttpServerRequest request, byte[] bytes) {
        request.response()
                .setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .putHeader("X-Accel-Buffering", "no");
        reader.begin(bytes);
    }

    private static void check(HttpServerRequest request) {
        if (!HttpMethod.GET.equals(request.method())) {
            throw ProblemException.of(405, "this path supports only GET").header("Allow", "GET");
        }
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept != null && !accept.contains(MEDIA_TYPE) && !accept.contains("text/*") && !accept.contains("*/*")) {
            throw ProblemException.of(406, "this path returns only " + MEDIA_TYPE);
        }
    }

    private static Map<String, List<String>> parameters(MultiMap params) {
        Map<String, List<String>> all = new HashMap<>();
        params.names().forEach(name -> all.put(name, params.getAll(name)));
        return all;
    }
}
