package dev.pgvigil.alert.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A text message through Twilio. It is not delivered late: Twilio drops it after five minutes, and the next tier follows anyway. */
record Sms(URI url, String account, Secret token, String from, String to) implements Channel {

    private static final String STANDARD = "https://api.twilio.com";
    private static final int LENGTH = 320;

    static @Nullable Channel read(Node node) {
        String account = Channels.text(node, "account", "AC0123", "Account SID at Twilio");
        Secret token = Channels.secret(node, "token", "Auth token of the account");
        String from =
                Channels.text(node, "from", "\"+15005550006\"", "Number, or SID of a messaging service, that sends");
        String to = Channels.text(node, "to", "\"+15005550009\"", "Number that receives");
        URI url = Channels.address(node.doc("Address of the API, " + STANDARD + " by default"), "url");
        if (account != null && !account.matches("[A-Za-z0-9]{2,64}")) {
            node.child("account").problem("must be letters and digits");
            return null;
        }
        return account == null || token == null || from == null || to == null
                ? null
                : new Sms(url == null ? URI.create(STANDARD) : url, account, token, from, to);
    }

    @Override
    public List<URI> addresses() {
        return List.of(url);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        String form = field("To", to)
                + "&" + field(from.startsWith("MG") ? "MessagingServiceSid" : "From", from)
                + "&" + field("Body", Text.cut(client.messages().subject(notification), LENGTH))
                + "&" + field("ValidityPeriod", "300");
        URI messages =
                URI.create(url.toString().replaceAll("/+$", "") + "/2010-04-01/Accounts/" + account + "/Messages.json");
        String credentials = Base64.getEncoder().encodeToString((account + ":" + token.value()).getBytes(UTF_8));
        ChannelClient.Call call = ChannelClient.Call.post(
                messages,
                Map.of("Content-Type", "application/x-www-form-urlencoded", "Authorization", "Basic " + credentials),
                Buffer.buffer(form));
        return client.bounded(client.ask(call).map(answer -> answer.delivery(Sms::sid)));
    }

    /** What Twilio calls the message, with its state; null: the answer does not say. */
    private static @Nullable String sid(Buffer body) {
        try {
            JsonObject message = new JsonObject(body);
            String sid = message.getString("sid");
            return sid == null ? null : Text.cut(sid + " " + message.getString("status", ""), 80);
        } catch (DecodeException | ClassCastException e) {
            return null;
        }
    }

    private static String field(String name, String value) {
        return name + "=" + URLEncoder.encode(value, UTF_8);
    }
}
