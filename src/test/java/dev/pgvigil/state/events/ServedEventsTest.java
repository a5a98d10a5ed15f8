package dev.pgvigil.state.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.http.AccessEnded;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.events.Listening.Received;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The stream through the whole service: authentication, common headers, and the delay of a change. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class ServedEventsTest {

    private static final String TOKEN = "Authorization: Bearer " + TokenProfile.TOKEN;
    // Much longer than delivery takes, but too short for polling.
    private static final Duration SOON = Duration.ofSeconds(2);

    @Inject
    Fleet fleet;

    @Inject
    Event<AccessEnded> door;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    @BeforeEach
    void fill() {
        SampleFleet.mixed().into(fleet);
    }

    @AfterEach
    void empty() {
        SampleFleet.nothing().into(fleet);
    }

    @Test
    void requiresAuthentication() throws IOException {
        try (Listening reader = new Listening(service.getPort(), "/api/v1/events")) {
            assertThat(reader.head()).first().asString().contains("401");
            assertThat(reader.head()).anyMatch(line -> line.startsWith("content-type: application/problem+json"));
        }
    }

    @Test
    void sendsCommonHeadersAndSnapshot() throws IOException {
        try (Listening reader = new Listening(service.getPort(), "/api/v1/events", TOKEN)) {
            assertThat(reader.head()).first().asString().contains("200");
            assertThat(reader.head())
                    .map(String::toLowerCase)
                    .contains("content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no")
                    .anyMatch(line -> line.startsWith("x-request-id: "));
            Received first = reader.next();
            assertThat(first.name()).isEqualTo("snapshot");
            assertThat(first.json().get("total").asInt()).isEqualTo(5);
        }
    }

    @Test
    void sendsChangesImmediately() throws IOException {
        long worst = 0;
        try (Listening reader = new Listening(service.getPort(), "/api/v1/events", TOKEN)) {
            reader.next();
            for (int i = 0; i < 50; i++) {
                long known = System.nanoTime();
                SampleFleet.tell(fleet, new FleetEvent.Added(Instant.now(), "t" + i));
                assertThat(event(reader).json().get("target").asText()).isEqualTo("t" + i);
                worst = Math.max(worst, System.nanoTime() - known);
            }
        }
        Logger.getLogger(ServedEventsTest.class).infof("the slowest of 50 changes arrived after %d µs", worst / 1000);
        assertThat(Duration.ofNanos(worst)).isLessThan(SOON);
    }

    @Test
    void closesStreamOfCallerWhoLosesAccess() throws IOException {
        try (Listening reader = new Listening(service.getPort(), "/api/v1/events", TOKEN)) {
            reader.next();
            door.fire(new AccessEnded(callers -> true));
            assertThatThrownBy(() -> event(reader))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the stream ended");
        }
    }

    /** The next event that is not a comment. */
    private static Received event(Listening reader) throws IOException {
        Received received = reader.next();
        return received.name().equals(":") ? event(reader) : received;
    }
}
