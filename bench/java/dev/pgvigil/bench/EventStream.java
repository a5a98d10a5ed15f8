package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Reads one target's events and records when each arrives. */
final class EventStream implements AutoCloseable {

    /** One event; {@code came} is when its last line was read. */
    record Event(String name, JsonNode data, Instant came) {

        /** When pgvigil detected it. */
        Instant at() {
            return Instant.parse(data.get("at").asText());
        }
    }

    private final ObjectMapper json = new ObjectMapper();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final InputStream body;

    EventStream(Service service, String target) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(service.at("/api/v1/events?target=" + target))
                .build();
        body = client.send(request, BodyHandlers.ofInputStream()).body();
        Thread.ofPlatform().daemon().start(this::read);
    }

    /** Discards the events received so far. */
    void forget() {
        events.clear();
    }

    /** The next matching event; others are skipped. */
    Event await(BiPredicate<String, JsonNode> matching, Duration patience)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new TimeoutException("the event did not come within " + patience);
            }
            if (matching.test(event.name, event.data)) {
                return event;
            }
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String name = "";
            for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    Instant came = Instant.now();
                    events.add(new Event(name, json.readTree(line.substring("data: ".length())), came));
                }
            }
        } catch (IOException closed) {
            // The stream has ended; the wait for an event times out.
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
