package dev.pgvigil.alert.channel;

import dev.pgvigil.config.Node;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An incoming webhook of Slack, in blocks; the text is what notifications of devices show. Its address is a secret. */
record Slack(URI url) implements Channel {

    private static final int HEADER = 150;
    private static final int SECTION = 1000;
    // Slack refuses messages of more than about 13,000 characters.
    private static final int ALERTS = 10;

    static @Nullable Channel read(Node node) {
        URI url = Channels.address(
                node.secret("Address of the webhook").required("url", "https://hooks.slack.com/services/…"));
        return url == null ? null : new Slack(url);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        String subject = client.messages().subject(notification);
        JsonArray blocks = new JsonArray()
                .add(new JsonObject()
                        .put("type", "header")
                        .put(
                                "text",
                                new JsonObject().put("type", "plain_text").put("text", Text.cut(subject, HEADER))));
        notification.items().stream().limit(ALERTS).forEach(item -> blocks.add(section(text(item))));
        int more = notification.items().size() + notification.omitted() - ALERTS;
        if (more > 0) {
            blocks.add(section("and " + more + " more"));
        }
        if (notification.page() != null) {
            blocks.add(section("<" + notification.page() + "/alerts|All alerts>"));
        }
        return client.deliver(ChannelClient.Call.post(
                url,
                Map.of("Content-Type", "application/json"),
                new JsonObject()
                        .put("text", Text.cut(escaped(subject), SECTION))
                        .put("blocks", blocks)
                        .toBuffer()));
    }

    private static String text(Notification.Item item) {
        StringBuilder text = new StringBuilder("*")
                .append(item.until() == null ? item.severity().name().toLowerCase(Locale.ROOT) : "resolved")
                .append("* ")
                .append(escaped(item.target()))
                .append(": ")
                .append(escaped(Text.cut(item.message(), 400)));
        if (item.action() != null && item.until() == null) {
            text.append("\n").append(escaped(Text.cut(item.action(), 300)));
        }
        if (item.acknowledge() != null) {
            text.append("\n<").append(item.acknowledge()).append("|Acknowledge>");
        }
        return text.toString();
    }

    private static JsonObject section(String text) {
        return new JsonObject()
                .put("type", "section")
                .put("text", new JsonObject().put("type", "mrkdwn").put("text", text));
    }

    /** The three characters with which texts could become links or mentions. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
