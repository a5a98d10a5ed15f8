package dev.pgvigil.alert.channel;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A POST that is signed as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says. */
record Webhook(URI url, Secret secret) implements Channel {

    private static final String PREFIX = "whsec_";

    static @Nullable Channel read(Node node) {
        URI url = Channels.address(node.doc("Address that gets the POST").required("url", "https://host/path"));
        Node place = node.secret("Secret that signs it: whsec_ and 24 to 64 bytes in Base64")
                .required("secret", "\"${VARIABLE}\"");
        String secret = place.text();
        if (secret != null && !valid(secret)) {
            place.problem("must be whsec_ and 24 to 64 bytes in Base64");
            return null;
        }
        return url == null || secret == null ? null : new Webhook(url, new Secret(secret));
    }

    private static boolean valid(String secret) {
        try {
            int bytes = key(secret).length;
            return secret.startsWith(PREFIX) && bytes >= 24 && bytes <= 64;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] key(String secret) {
        return Base64.getDecoder().decode(secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        Buffer body = new JsonObject()
                .put("type", "alert." + Json.lower(notification.reason()))
                .put("timestamp", notification.at().toString())
                .put("data", Json.of(notification))
                .toBuffer();
        String at = Long.toString(Instant.now().getEpochSecond());
        return client.deliver(ChannelClient.Call.post(
                url,
                Map.of(
                        "Content-Type",
                        "application/json",
                        "webhook-id",
                        notification.id(),
                        "webhook-timestamp",
                        at,
                        "webhook-signature",
                        "v1," + signature(notification.id() + "." + at + ".", body.getBytes())),
                body));
    }

    private String signature(String head, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key(secret.value()), "HmacSHA256"));
            mac.update(head.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
