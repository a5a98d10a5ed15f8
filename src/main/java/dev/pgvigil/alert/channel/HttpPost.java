package dev.pgvigil.alert.channel;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A POST of JSON with a bearer token: any service, or QStash with its publish address, which forwards it.
 *
 * @param token null: none is sent
 * @param headers further headers, such as {@code Upstash-Retries}
 */
record HttpPost(URI url, @Nullable Secret token, Map<String, String> headers) implements Channel {

    static @Nullable Channel read(Node node) {
        URI url = Channels.address(
                node.doc("Address that gets the POST, such as https://qstash.upstash.io/v2/publish/https://host/path")
                        .required("url", "https://host/path"));
        String token = node.secret("Token of the header Authorization: Bearer").string("token");
        Map<String, String> headers = new HashMap<>();
        node.doc("Further headers").child("headers").children().forEach((name, child) -> {
            String value = child.text();
            if (!name.matches("[A-Za-z0-9-]{1,64}") || (value != null && !value.matches("[\\x20-\\x7e]{0,1000}"))) {
                child.problem("must be a name of letters, digits and '-', and a value of printable ASCII characters");
            } else if (value != null) {
                headers.put(name, value);
            }
        });
        return url == null ? null : new HttpPost(url, token == null ? null : new Secret(token), headers);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/json");
        // The same at each attempt, so that a receiver can drop the second; the name is that of QStash.
        all.put("Upstash-Deduplication-Id", notification.id());
        all.put("Idempotency-Key", notification.id());
        if (token != null) {
            all.put("Authorization", "Bearer " + token.value());
        }
        return client.deliver(
                ChannelClient.Call.post(url, all, Json.of(notification).toBuffer()));
    }
}
