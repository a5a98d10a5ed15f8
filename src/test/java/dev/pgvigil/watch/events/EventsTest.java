package dev.pgvigil.watch.events;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.Guarded;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.HandMade;
import dev.pgvigil.watch.Telling;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stream of events as a client gets it. */
@QuarkusTest
@TestProfile(Guarded.class)
class EventsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Fleet fleet;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    /** A client on a plain socket, which reads or does not. */
    private final class Reader implements AutoCloseable {
        private final Socket socket = new Socket();
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Reader(String query, int buffer) throws IOException {
            socket.setReceiveBufferSize(buffer);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.getPort()));
            socket.getOutputStream()
                    .write(("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + Guarded.TOKEN + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }

        Reader reading() {
            Thread.ofVirtual().start(() -> {
                try (BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                    in.lines().forEach(lines::add);
                } catch (IOException | java.io.UncheckedIOException e) {
                    lines.add("ended");
                }
            });
            return this;
        }

        void awaitLine(String part) {
            await(part).atMost(PATIENCE).until(() -> lines.stream().anyMatch(line -> line.contains(part)));
        }

        long count(String part) {
            return lines.stream().filter(line -> line.contains(part)).count();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void fill() {
        HandMade.mixed().into(fleet);
        await().atMost(PATIENCE).until(() -> figure("pgvigil_events_readers") == 0);
    }

    @Test
    void beginsWithASnapshotAndTellsEachChange() throws IOException {
        try (Reader reader = new Reader("", 65_536).reading()) {
            reader.awaitLine("event: snapshot");
            assertThat(reader.count("\"name\":\"orders\"")).isPositive();
            Telling.beat(fleet, "orders");
            Telling.changes(fleet, "orders", 1);
            reader.awaitLine("event: added");
            reader.awaitLine("\"target\":\"orders\"");
            assertThat(reader.count("event: beat")).isZero();
        }
    }

    @Test
    void tellsOfOneTargetAndOfBeatsIfAsked() throws IOException {
        try (Reader reader = new Reader("?beats=true&target=orders", 65_536).reading()) {
            reader.awaitLine("event: snapshot");
            Telling.beat(fleet, "shop");
            Telling.beat(fleet, "orders");
            reader.awaitLine("event: beat");
            assertThat(reader.count("event: beat")).isEqualTo(1);
        }
    }

    @Test
    void aReaderThatDoesNotKeepUpIsDroppedAndCostsTheOthersNothing() throws IOException {
        double dropped = figure("pgvigil_events_dropped_total");
        String name = "x".repeat(4000);
        try (Reader stuck = new Reader("", 4096);
                Reader good = new Reader("", 1 << 20).reading()) {
            good.awaitLine("event: snapshot");
            await().atMost(PATIENCE).until(() -> figure("pgvigil_events_readers") == 2);
            int told = 0;
            while (figure("pgvigil_events_dropped_total") == dropped && told < 20_000) {
                Telling.changes(fleet, name, 100);
                told += 100;
                int sofar = told;
                await().atMost(PATIENCE).until(() -> good.count("event: added") == sofar);
            }
            assertThat(figure("pgvigil_events_dropped_total")).isEqualTo(dropped + 1);
            assertThat(stuck.socket.isConnected()).isTrue();
            await().atMost(PATIENCE).until(() -> figure("pgvigil_events_readers") == 1);
            Telling.changes(fleet, "still-there", 1);
            good.awaitLine("still-there");
        }
    }

    @Test
    void readersAreBounded() throws IOException {
        List<Reader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < Hub.LISTENERS; i++) {
                readers.add(new Reader("", 4096));
            }
            await().atMost(PATIENCE).until(() -> figure("pgvigil_events_readers") == Hub.LISTENERS);
            Guarded.with().get("/api/v1/events").then().statusCode(503).contentType("application/problem+json");
        } finally {
            for (Reader reader : readers) {
                reader.close();
            }
        }
    }

    private static double figure(String name) {
        return given().accept("text/plain")
                .get("/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(-1);
    }
}
