package dev.pgvigil.alert.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Severity;
import dev.pgvigil.target.Glob;
import dev.pgvigil.testing.FreePort;
import dev.pgvigil.testing.Tools;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Alertmanager, where it is installed. */
class AlertmanagerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private static Notification.Item item(Severity severity) {
        return new Notification.Item(
                "id1",
                "f1",
                "shop",
                "connections",
                "connections/saturation",
                severity,
                "Connections run out",
                "97 of 100",
                Map.of("used", 97),
                Map.of("target", "shop", "team", "payments"),
                Instant.now().minusSeconds(60),
                null,
                null,
                null,
                null);
    }

    private static Notification notification(List<Notification.Item> firing, List<Notification.Item> resolved) {
        return new Notification(
                "n", "am", "g", "k", Notification.Reason.FIRED, Instant.now(), firing, resolved, 0, null);
    }

    private static JsonArray active(String url) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return new JsonArray(client.send(
                            HttpRequest.newBuilder(URI.create(url + "/api/v2/alerts?active=true"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
        }
    }

    private static List<String> severities(String url) throws Exception {
        return active(url).stream()
                .map(JsonObject.class::cast)
                .map(alert -> alert.getJsonObject("labels").getString("severity"))
                .toList();
    }

    @Test
    void alertIsActiveWithItsLatestSeverityUntilItIsOver() throws Exception {
        String program = Tools.installed("alertmanager") ? "alertmanager" : "prometheus-alertmanager";
        Tools.assume(program);
        Path config = Files.writeString(
                folder.resolve("alertmanager.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
        String address = "127.0.0.1:" + FreePort.next();
        String url = "http://" + address;
        Process process = new ProcessBuilder(
                        program,
                        "--config.file=" + config,
                        "--storage.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address,
                        "--cluster.listen-address=")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Vertx vertx = Vertx.vertx();
        try (ChannelClient client = new ChannelClient(
                vertx,
                new OutboundPolicy(List.of(new Glob("127.0.0.1")), true, Duration.ofSeconds(5)),
                Messages.standard())) {
            Channel channel = new Alertmanager(URI.create(url));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> channel.send(notification(List.of(item(Severity.HIGH)), List.of()), client)
                                    .await()
                                    .atMost(PATIENCE)
                            instanceof Delivery.Delivered);
            assertThat(severities(url)).containsExactly("high");

            channel.send(notification(List.of(item(Severity.CRITICAL)), List.of()), client)
                    .await()
                    .atMost(PATIENCE);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(severities(url)).containsExactly("critical"));

            channel.send(notification(List.of(), List.of(item(Severity.CRITICAL).resolved(Instant.now()))), client)
                    .await()
                    .atMost(PATIENCE);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(severities(url)).isEmpty());
        } finally {
            vertx.close();
            process.destroyForcibly().waitFor();
        }
    }
}
