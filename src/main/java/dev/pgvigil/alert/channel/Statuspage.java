package dev.pgvigil.alert.channel;

import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Incidents of a page at Statuspage. The public reads them, so that they have the configured title and nothing of a finding. An open
 * incident is found by the key of its group, in its metadata: a repeated attempt does not open a second one.
 *
 * @param components what is affected, by the id of the component
 */
record Statuspage(URI url, String page, Secret token, String title, List<String> components) implements Channel {

    private static final String STANDARD = "https://api.statuspage.io";

    static @Nullable Channel read(Node node) {
        String page = Channels.text(node, "page", "kctbh9vrtdwd", "Id of the page");
        Secret token = Channels.secret(node, "token", "API key");
        String title = node.doc("Title of incidents, which the public reads").string("title", "Database incident");
        List<String> components =
                node.doc("Ids of the components that are affected").strings("components");
        URI url = Channels.address(node.doc("Address of the API, " + STANDARD + " by default"), "url");
        if (page != null && !page.matches("[A-Za-z0-9]{1,64}")) {
            node.child("page").problem("must be letters and digits");
            return null;
        }
        return page == null || token == null
                ? null
                : new Statuspage(url == null ? URI.create(STANDARD) : url, page, token, title, components);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        return client.bounded(client.ask(call(HttpMethod.GET, "/unresolved", Buffer.buffer()))
                .chain(answer -> {
                    if (!answer.succeeded()) {
                        return Uni.createFrom().item(answer.delivery(_ -> null));
                    }
                    String open = incident(answer.body(), notification.key());
                    if (open == null && notification.over()) {
                        return Uni.createFrom().item(new Delivery.Delivered(null));
                    }
                    Buffer body =
                            new JsonObject().put("incident", body(notification)).toBuffer();
                    ChannelClient.Call call =
                            open == null ? call(HttpMethod.POST, "", body) : call(HttpMethod.PATCH, "/" + open, body);
                    return client.ask(call).map(made -> made.delivery(_ -> open));
                }));
    }

    private ChannelClient.Call call(HttpMethod method, String path, Buffer body) {
        return new ChannelClient.Call(
                method,
                URI.create(url.toString().replaceAll("/+$", "") + "/v1/pages/" + page + "/incidents" + path),
                Map.of("Authorization", "OAuth " + token.value(), "Content-Type", "application/json"),
                body);
    }

    private static @Nullable String incident(Buffer body, String key) {
        try {
            for (Object each : new JsonArray(body)) {
                JsonObject incident = (JsonObject) each;
                JsonObject metadata = incident.getJsonObject("metadata");
                JsonObject own = metadata == null ? null : metadata.getJsonObject("pgvigil");
                if (own != null && key.equals(own.getString("key"))) {
                    String id = incident.getString("id");
                    return id != null && id.matches("[A-Za-z0-9]{1,64}") ? id : null;
                }
            }
        } catch (DecodeException | ClassCastException e) {
            // more than 64 KiB of incidents, or not JSON: a new one is opened
        }
        return null;
    }

    private JsonObject body(Notification notification) {
        JsonObject states = new JsonObject();
        components.forEach(id -> states.put(
                id,
                notification.over()
                        ? "operational"
                        : impact(notification).equals("critical") ? "major_outage" : "degraded_performance"));
        return new JsonObject()
                .put("name", Text.cut(title, 255))
                .put("status", notification.over() ? "resolved" : "investigating")
                .put("impact_override", impact(notification))
                .put("body", notification.over() ? "This incident is over." : "We are looking into it.")
                .put("component_ids", new JsonArray(components))
                .put("components", states)
                .put("metadata", new JsonObject().put("pgvigil", new JsonObject().put("key", notification.key())));
    }

    private static String impact(Notification notification) {
        return notification.severity() == Severity.CRITICAL
                ? "critical"
                : notification.severity() == Severity.HIGH ? "major" : "minor";
    }
}
