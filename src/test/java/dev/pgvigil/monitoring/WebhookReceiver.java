package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that is sent Alertmanager's webhooks; the path is the name of the receiver. */
public final class WebhookReceiver implements AutoCloseable {

    private final ObjectMapper mapper = new ObjectMapper();
    private final List<Notification> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    /**
     * An alert in a webhook.
     *
     * @param status firing or resolved
     */
    public record Notification(String receiver, String alert, String status) {}

    WebhookReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::receive);
        server.start();
    }

    String url(String receiver) {
        return "http://127.0.0.1:%d/%s".formatted(server.getAddress().getPort(), receiver);
    }

    /** All notifications so far, in order. */
    public List<Notification> received() {
        return List.copyOf(received);
    }

    /** The first notification of this alert in this status after the first {@code seen}, waiting for it; empty: none came. */
    public Optional<Notification> await(String alert, String status, int seen, Duration limit)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            Optional<Notification> found = received.stream()
                    .skip(seen)
                    .filter(one -> one.alert().equals(alert) && one.status().equals(status))
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
            Thread.sleep(200);
        }
        return Optional.empty();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode message = mapper.readTree(exchange.getRequestBody());
            Yaml.elements(message.path("alerts"))
                    .forEach(alert -> received.add(new Notification(
                            exchange.getRequestURI().getPath().substring(1),
                            alert.at("/labels/alertname").asText(),
                            alert.path("status").asText())));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
