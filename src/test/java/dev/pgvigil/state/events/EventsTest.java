package dev.pgvigil.state.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgvigil.check.Status;
import dev.pgvigil.http.AccessEnded;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.events.Listening.Received;
import dev.pgvigil.state.view.RenderExecutor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration KEEP_ALIVE = Duration.ofMillis(200);

    private final Vertx vertx = Vertx.vertx();
    private final Fleet fleet = new Fleet();
    private final ObjectMapper json = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    private final List<Listening> open = new ArrayList<>();
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RenderExecutor executor = new RenderExecutor();
    private @Nullable EventBroadcaster broadcaster;
    private int port;

    @BeforeEach
    void serve() {
        serve(KEEP_ALIVE);
    }

    private void serve(Duration keepAlive) {
        meters = new SimpleMeterRegistry();
        SampleFleet.mixed().into(fleet);
        Router router = Router.router(vertx);
        EventBroadcaster served = new EventBroadcaster(fleet, executor, json, meters, vertx, keepAlive);
        broadcaster = served;
        new EventsRoute(fleet, served, vertx).register(router);
        router.route()
                .failureHandler(context -> context.response()
                        .setStatusCode(context.failure() instanceof ProblemException refusal ? refusal.status() : 500)
                        .end());
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        port = server.actualPort();
    }

    @AfterEach
    void close() {
        open.forEach(Listening::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void beginsWithSnapshot() throws IOException {
        Listening reader = listen("/api/v1/events");
        assertThat(reader.head()).first().asString().contains("200");
        assertThat(reader.head()).anyMatch(line -> line.equalsIgnoreCase("content-type: text/event-stream"));
        Received first = reader.next();
        assertThat(first.name()).isEqualTo("snapshot");
        assertThat(first.json().get("total").asInt()).isEqualTo(5);
        assertThat(first.json().at("/targets/0/name").asText()).isEqualTo("archive");
    }

    @Test
    void sendsEachEventTypeInOrderWithIncreasingIds() throws IOException {
        Listening reader = listen("/api/v1/events");
        long before = reader.next().sequence();
        var finding = SampleFleet.saturation(NOW);
        SampleFleet.tell(
                fleet,
                new FleetEvent.Added(NOW, "new"),
                new FleetEvent.StatusChanged(NOW, "shop", Status.HEALTHY, Status.DEGRADED),
                new FleetEvent.RoleChanged(
                        NOW, "shop", dev.pgvigil.postgres.Role.PRIMARY, dev.pgvigil.postgres.Role.REPLICA),
                new FleetEvent.Opened(NOW, "shop", finding),
                new FleetEvent.Updated(NOW, "shop", finding),
                new FleetEvent.Closed(NOW, "shop", finding),
                new FleetEvent.Removed(NOW, "new"));
        for (String name :
                List.of("added", "status_changed", "role_changed", "opened", "updated", "closed", "removed")) {
            Received received = event(reader);
            assertThat(received.name()).isEqualTo(name);
            assertThat(received.json().hasNonNull("target")).isTrue();
            assertThat(received.sequence()).isGreaterThan(before);
            before = received.sequence();
        }
    }

    @Test
    void sendsHeartbeatsOnlyOnRequest() throws IOException {
        Listening all = listen("/api/v1/events?beats=true");
        Listening some = listen("/api/v1/events");
        all.next();
        some.next();
        SampleFleet.tell(
                fleet,
                new FleetEvent.Beat(NOW, "shop", true, 0.8),
                new FleetEvent.Beat(NOW, "shop", false, null),
                new FleetEvent.Added(NOW, "new"));
        assertThat(event(all).json().get("response_time_ms").asDouble()).isEqualTo(0.8);
        Received lost = event(all);
        assertThat(lost.name()).isEqualTo("beat");
        assertThat(lost.json().get("response_time_ms").isNull()).isTrue();
        assertThat(event(some).name()).isEqualTo("added");
    }

    @Test
    void filtersByTarget() throws IOException {
        Listening reader = listen("/api/v1/events?target=shop");
        assertThat(reader.next().json().get("targets").findValuesAsText("name")).containsExactly("shop");
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "other"), new FleetEvent.Removed(NOW, "shop"));
        assertThat(event(reader).name()).isEqualTo("removed");
        assertThat(listen("/api/v1/events?target=nope").head())
                .first()
                .asString()
                .contains("404");
    }

    @Test
    void resumesAfterLastEventIdWithoutSnapshot() throws IOException {
        Listening before = listen("/api/v1/events");
        assertThat(before.next().json().get("reason").asText()).isEqualTo("FIRST");
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "a"), new FleetEvent.Beat(NOW, "a", true, 1.0));
        String last = event(before).id();
        before.close();
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "b"), new FleetEvent.Removed(NOW, "a"));

        Listening after = listen("/api/v1/events?beats=true", "Last-Event-ID: " + last);
        assertThat(event(after).json().get("target").asText()).isEqualTo("b");
        assertThat(event(after).name()).isEqualTo("removed");
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "c"));
        assertThat(event(after).json().get("target").asText()).isEqualTo("c");

        // The target has been removed, and the log contains its removal.
        Listening gone = listen("/api/v1/events?target=a", "Last-Event-ID: " + last);
        assertThat(event(gone).name()).isEqualTo("removed");
    }

    @Test
    void sendsSnapshotWithReasonWhenItCannotResume() throws IOException {
        for (String foreign : List.of("00000000-1", "17", "nonsense", "99999999-123456789012345678901234567890")) {
            assertThat(reason(foreign)).as(foreign).isEqualTo("RESTARTED");
        }
        String epoch = fleet.events().epoch();
        assertThat(reason(epoch + "-77")).isEqualTo("EXPIRED");
        for (int i = 0; i < 11_000; i++) {
            SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "t"));
        }
        assertThat(reason(epoch + "-5")).isEqualTo("EXPIRED");
    }

    private String reason(String lastEventId) throws IOException {
        Received first =
                listen("/api/v1/events", "Last-Event-ID: " + lastEventId).next();
        assertThat(first.name()).isEqualTo("snapshot");
        assertThat(first.id()).startsWith(fleet.events().epoch() + "-");
        assertThat(first.json().get("epoch").asText()).isEqualTo(fleet.events().epoch());
        return first.json().get("reason").asText();
    }

    /** Otherwise its last event id would soon be older than the log, although it has missed nothing. */
    @Test
    void filteredClientCanResumeAfterEventsOfOtherTargets() throws IOException {
        Listening reader = listen("/api/v1/events?target=shop");
        reader.next();
        // More than the log holds, but never so many at once that a reader on a busy machine would rightly be dropped.
        for (int batch = 0; batch < 11; batch++) {
            for (int i = 0; i < 1000; i++) {
                SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "other"));
            }
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> reader.next().sequence() == fleet.events().head());
        }
        assertThat(dropped()).isZero();
    }

    @Test
    void closesFindingsBeforeTargetIsRemoved() throws IOException {
        Listening reader = listen("/api/v1/events?target=shop");
        reader.next();
        SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "shop", SampleFleet.saturation(NOW)));
        SampleFleet.tell(fleet, new FleetEvent.Removed(NOW, "shop"));
        assertThat(event(reader).name()).isEqualTo("opened");
        Received closed = event(reader);
        assertThat(closed.name()).isEqualTo("closed");
        assertThat(closed.json().at("/finding/key").asText()).isEqualTo("connections/saturation");
        assertThat(event(reader).name()).isEqualTo("removed");
    }

    @Test
    void sendsKeepAliveOnIdleStream() throws IOException {
        Listening reader = listen("/api/v1/events");
        reader.next();
        assertThat(reader.next().name()).isEqualTo(":");
        assertThat(reader.next().name()).isEqualTo(":");
    }

    @Test
    void disconnectsClientThatStopsReadingWithoutAffectingOthers() throws IOException {
        serve(Duration.ofHours(1)); // so that only the bound can disconnect it
        Listening frozen = listen("/api/v1/events");
        Listening reader = listen("/api/v1/events");
        reader.next();
        var finding = SampleFleet.saturation(NOW).cause("x".repeat(20_000));
        int published = 0;
        while (dropped() == 0 && published < 5000) {
            for (int i = 0; i < 20; i++) {
                SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "t" + published++, finding));
            }
            for (int i = published - 20; i < published; i++) {
                assertThat(event(reader).json().get("target").asText()).isEqualTo("t" + i);
            }
        }
        assertThat(dropped()).isEqualTo(1);
        // The bound, plus the buffers of the kernel.
        assertThat(published * 20_000L).isLessThan(40L << 20);
        assertThat(readers()).isEqualTo(1);
        assertThatThrownBy(() -> {
                    while (true) {
                        frozen.next();
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(java.net.SocketTimeoutException.class);
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "after"));
        assertThat(event(reader).json().get("target").asText()).isEqualTo("after");
    }

    @Test
    void disconnectsStalledClientWhenEventsAreFew() throws IOException {
        listen("/api/v1/events");
        var finding = SampleFleet.saturation(NOW).cause("x".repeat(3_000_000));
        // Two of them fit the bound, but not the socket buffers: the write does not complete.
        SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "a", finding));
        await().pollDelay(Duration.ZERO).until(() -> readers() == 1);
        SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "b", finding));
        await().atMost(Duration.ofSeconds(20)).until(() -> dropped() == 1 && readers() == 0);
    }

    @Test
    void readBytesAreNoLongerCountedAsWaiting() throws IOException {
        serve(Duration.ofMillis(20));
        Listening reader = listen("/api/v1/events");
        reader.next();
        for (int i = 0; i < 50; i++) {
            assertThat(reader.next().name()).isEqualTo(":");
        }
        await().untilAsserted(() -> assertThat(broadcaster().waiting()).containsExactly(0));
    }

    @Test
    void closesStreamsOfCallersWhoLoseAccess() throws IOException {
        Listening reader = listen("/api/v1/events");
        reader.next();
        broadcaster().locked(new AccessEnded(callers -> true));
        assertThatThrownBy(() -> {
                    while (true) {
                        reader.next();
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("the stream ended");
        await().until(() -> readers() == 0);
        assertThat(dropped()).isZero();
    }

    /** Published while the snapshot is still being rendered. */
    @Test
    void sendsSnapshotFirstAndLosesNoEvent() throws IOException {
        CountDownLatch busy = new CountDownLatch(1);
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            executor.make(() -> awaited(busy)).subscribe().with(done -> {});
        }
        CompletableFuture<Listening> reader = CompletableFuture.supplyAsync(() -> opened("/api/v1/events"));
        await().until(() -> readers() == 1);
        SampleFleet.tell(fleet, new FleetEvent.Added(NOW, "new"));
        busy.countDown();
        Listening listening = reader.join();
        Received first = listening.next();
        Received second = event(listening);
        assertThat(first.name()).isEqualTo("snapshot");
        assertThat(second.name()).isEqualTo("added");
        assertThat(second.sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void burstOfEventsDoesNotDisconnectReadingClient() throws IOException {
        Listening reader = listen("/api/v1/events");
        reader.next();
        FleetEvent[] burst = IntStream.range(0, 5000)
                .mapToObj(i -> new FleetEvent.StatusChanged(NOW, "t" + i, Status.HEALTHY, Status.UNHEALTHY))
                .toArray(FleetEvent[]::new);
        SampleFleet.tell(fleet, burst);
        for (int i = 0; i < 5000; i++) {
            assertThat(event(reader).json().get("target").asText()).isEqualTo("t" + i);
        }
        assertThat(dropped()).isZero();
    }

    @Test
    void limitsNumberOfClients() throws IOException {
        for (int i = 0; i < EventBroadcaster.LISTENERS; i++) {
            assertThat(listen("/api/v1/events").head()).first().asString().contains("200");
        }
        Listening tooMany = listen("/api/v1/events");
        assertThat(tooMany.head()).first().asString().contains("503");
        open.getFirst().close();
        await().until(() -> readers() == EventBroadcaster.LISTENERS - 1);
        assertThat(listen("/api/v1/events").head()).first().asString().contains("200");
    }

    @Test
    void skipsEventThatCannotBeSerialized() throws IOException {
        Listening reader = listen("/api/v1/events");
        reader.next();
        var finding =
                SampleFleet.saturation(NOW).evidence(List.of(java.util.Map.of("row", new SampleFleet.Unwritable())));
        SampleFleet.tell(fleet, new FleetEvent.Opened(NOW, "shop", finding), new FleetEvent.Added(NOW, "after"));
        assertThat(event(reader).name()).isEqualTo("added");
    }

    @Test
    void forgetsDisconnectedClient() throws IOException {
        Listening reader = listen("/api/v1/events");
        reader.next();
        assertThat(readers()).isEqualTo(1);
        reader.close();
        await().until(() -> readers() == 0);
        assertThat(dropped()).isZero();
    }

    private Listening opened(String path) {
        try {
            return listen(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private EventBroadcaster broadcaster() {
        return Objects.requireNonNull(broadcaster);
    }

    private Listening listen(String path, String... headers) throws IOException {
        Listening reader = new Listening(port, path, headers);
        open.add(reader);
        return reader;
    }

    /** The next event that is not a comment. */
    private static Received event(Listening reader) throws IOException {
        Received received = reader.next();
        return received.name().equals(":") ? event(reader) : received;
    }

    private int readers() {
        return (int) meters.get("pgvigil.events.readers").gauge().value();
    }

    private int dropped() {
        return (int) meters.get("pgvigil.events.dropped").counter().count();
    }
}
