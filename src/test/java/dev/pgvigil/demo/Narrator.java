package dev.pgvigil.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.Locale;
import java.util.stream.Stream;

/** Prints what pgvigil reports on its event stream, and how long after the latest step of the demo it arrived. */
final class Narrator implements Runnable {

    private final ObjectMapper json = new ObjectMapper();
    private final URI events;
    private volatile Turn turn = Turn.now("the start");

    private record Turn(String name, long at) {

        static Turn now(String name) {
            return new Turn(name, System.nanoTime());
        }

        @Override
        public String toString() {
            return "%.1f s after %s".formatted((System.nanoTime() - at) / 1e9, name);
        }
    }

    Narrator(URI address) {
        this.events = address.resolve("/api/v1/events");
    }

    /** A step of the demo, to which the following events may belong. */
    void turn(String name) {
        turn = Turn.now(name);
    }

    /** Reads until interrupted, and reconnects when the stream ends. */
    @Override
    public void run() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (true) {
                listen(client);
                Thread.sleep(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen(HttpClient client) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(events)
                .header("Accept", "text/event-stream")
                .build();
        try {
            HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                tell(lines.iterator());
            }
        } catch (IOException | RuntimeException e) {
            Console.line("demo", "the stream of events broke off: " + e.getMessage());
        }
    }

    private void tell(Iterator<String> lines) throws JsonProcessingException {
        String event = "";
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("event:")) {
                event = line.substring("event:".length()).strip();
            } else if (line.startsWith("data:")) {
                String said = said(event, json.readTree(line.substring("data:".length())));
                if (!said.isEmpty()) {
                    Console.line("pgvigil", said + "  (" + turn + ")");
                }
            }
        }
    }

    /** A line for a change of status or findings; empty for all other events. */
    static String said(String event, JsonNode change) {
        String target = change.path("target").asText();
        JsonNode finding = change.path("finding");
        return switch (event) {
            case "status_changed" -> "%s: %s → %s".formatted(target, low(change, "from"), low(change, "to"));
            case "opened" ->
                "%s: %s, %s: %s"
                        .formatted(
                                target,
                                low(finding, "severity"),
                                finding.path("title").asText(),
                                finding.path("observed").asText());
            case "closed" ->
                "%s: resolved: %s".formatted(target, finding.path("title").asText());
            default -> "";
        };
    }

    private static String low(JsonNode node, String name) {
        return node.path(name).asText().toLowerCase(Locale.ROOT);
    }
}
