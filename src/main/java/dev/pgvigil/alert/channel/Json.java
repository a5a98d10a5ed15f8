package dev.pgvigil.alert.channel;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.TreeMap;

/** A notification as JSON, as the webhooks send it. */
final class Json {

    private Json() {}

    static JsonObject of(Notification notification) {
        JsonArray alerts = new JsonArray();
        notification.items().forEach(item -> alerts.add(of(item)));
        return new JsonObject()
                .put("id", notification.id())
                .put("receiver", notification.receiver())
                .put("group", notification.group())
                .put("key", notification.key())
                .put("reason", lower(notification.reason()))
                .put("status", notification.over() ? "resolved" : "firing")
                .put("severity", lower(notification.severity()))
                .put("summary", notification.summary())
                .put("timestamp", notification.at().toString())
                .put("page", notification.page())
                .put("omitted", notification.omitted())
                .put("alerts", alerts);
    }

    private static JsonObject of(Notification.Item item) {
        JsonObject metrics = new JsonObject();
        new TreeMap<>(item.metrics()).forEach(metrics::put);
        JsonObject labels = new JsonObject();
        new TreeMap<>(item.labels()).forEach(labels::put);
        return new JsonObject()
                .put("id", item.id())
                .put("fingerprint", item.fingerprint())
                .put("type", item.type())
                .put("finding", item.finding())
                .put("severity", lower(item.severity()))
                .put("target", item.target())
                .put("title", item.title())
                .put("message", item.message())
                .put("metrics", metrics)
                .put("labels", labels)
                .put("timestamp", item.since().toString())
                .put("resolved", item.until() != null)
                .put("resolved_at", item.until() == null ? null : item.until().toString())
                .put("cause", item.cause())
                .put("action", item.action())
                .put("acknowledge", item.acknowledge());
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
