package dev.pgvigil.alert.channel;

import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Node;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An Alertmanager, API v2. It resolves by itself what is not sent again; with each notification that time begins anew. */
record Alertmanager(URI url) implements Channel {

    /** Longer than the longest repeat-interval. */
    private static final Duration KEPT = Duration.ofDays(2);

    static @Nullable Channel read(Node node) {
        URI url = Channels.address(
                node.doc("Address of the Alertmanager, without /api").required("url", "http://alertmanager:9093"));
        return url == null ? null : new Alertmanager(url);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        JsonArray alerts = new JsonArray();
        for (Notification.Item item : notification.items()) {
            for (Severity severity : Severity.values()) {
                alerts.add(alert(notification, item, severity));
            }
        }
        URI api = URI.create(url.toString().replaceAll("/+$", "") + "/api/v2/alerts");
        return client.deliver(
                ChannelClient.Call.post(api, Map.of("Content-Type", "application/json"), alerts.toBuffer()));
    }

    /** The severity is a label, because people route by it: an alert with another severity, which is another alert there, is ended. */
    private static JsonObject alert(Notification notification, Notification.Item item, Severity severity) {
        boolean fires = item.until() == null && item.severity() == severity;
        JsonObject labels = new JsonObject();
        new TreeMap<>(item.labels()).forEach((name, value) -> labels.put(labelName(name), value));
        labels.put("alertname", "pgvigil_" + item.type())
                .put("finding", item.finding())
                .put("target", item.target())
                .put("severity", Json.lower(severity));
        JsonObject annotations = new JsonObject().put("summary", item.title()).put("description", item.message());
        if (item.action() != null) {
            annotations.put("action", item.action());
        }
        JsonObject alert = new JsonObject()
                .put("labels", labels)
                .put("annotations", annotations)
                .put("startsAt", item.since().toString())
                .put("endsAt", (fires ? notification.at().plus(KEPT) : notification.at()).toString());
        return notification.page() == null ? alert : alert.put("generatorURL", notification.page() + "/alerts");
    }

    private static String labelName(String name) {
        String allowed = name.replaceAll("[^A-Za-z0-9_]", "_");
        return allowed.isEmpty() || Character.isDigit(allowed.charAt(0)) ? "_" + allowed : allowed;
    }
}
