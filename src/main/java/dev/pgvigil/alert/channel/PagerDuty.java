package dev.pgvigil.alert.channel;

import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events API v2 of PagerDuty. A group of alerts is one incident: its key follows from the group, so that a restart finds it again. */
record PagerDuty(URI url, Secret routingKey) implements Channel {

    private static final String STANDARD = "https://events.pagerduty.com/v2/enqueue";
    private static final int SUMMARY = 1024;
    private static final int ALERTS = 50;

    static @Nullable Channel read(Node node) {
        Secret key = Channels.secret(node, "routing-key", "Integration key of the service");
        URI url = Channels.address(node.doc("Address of the API, " + STANDARD + " by default"), "url");
        return key == null ? null : new PagerDuty(url == null ? URI.create(STANDARD) : url, key);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        JsonObject event = new JsonObject()
                .put("routing_key", routingKey.value())
                .put("event_action", notification.over() ? "resolve" : "trigger")
                .put("dedup_key", notification.key())
                .put("client", "pgvigil")
                .put("client_url", notification.page())
                .put("payload", payload(notification, client));
        return client.deliver(
                ChannelClient.Call.post(url, Map.of("Content-Type", "application/json"), event.toBuffer()));
    }

    private static JsonObject payload(Notification notification, ChannelClient client) {
        JsonArray alerts = new JsonArray();
        notification.items().stream()
                .limit(ALERTS)
                .forEach(item -> alerts.add(Text.cut(item.target() + ": " + item.message(), 500)));
        return new JsonObject()
                .put("summary", Text.cut(client.messages().subject(notification), SUMMARY))
                .put("source", notification.group())
                .put("severity", severity(notification.severity()))
                .put("timestamp", notification.at().toString())
                .put("component", "postgresql")
                .put("group", notification.group())
                .put("custom_details", new JsonObject().put("alerts", alerts).put("omitted", notification.omitted()));
    }

    private static String severity(Severity severity) {
        return switch (severity) {
            case CRITICAL -> "critical";
            case HIGH -> "error";
            case MEDIUM -> "warning";
            case LOW -> "info";
        };
    }
}
