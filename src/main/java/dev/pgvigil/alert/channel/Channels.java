package dev.pgvigil.alert.channel;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the configuration of a channel by its type. */
public final class Channels {

    private record Type(String key, String description, Function<Node, @Nullable Channel> reading) {}

    private static final List<Type> TYPES = List.of(
            new Type("alertmanager", "An Alertmanager", Alertmanager::read),
            new Type("email", "Mail with text and HTML", Email::read),
            new Type("http", "A POST with a bearer token", HttpPost::read),
            new Type("pagerduty", "Events API v2 of PagerDuty", PagerDuty::read),
            new Type("slack", "An incoming webhook of Slack", Slack::read),
            new Type("sms", "Text messages through Twilio", Sms::read),
            new Type("statuspage", "Incidents of a page at Statuspage", Statuspage::read),
            new Type("webhook", "A POST that is signed as Standard Webhooks says", Webhook::read));

    private Channels() {}

    /** The channel; null: something is wrong with it, which is recorded at the node. */
    public static @Nullable Channel read(Node node) {
        List<Channel> channels = new ArrayList<>();
        int types = 0;
        for (Type type : TYPES) {
            Node child = node.doc(type.description()).child(type.key());
            if (child.present()) {
                types++;
                Channel channel = type.reading().apply(child);
                if (channel != null) {
                    channels.add(channel);
                }
            }
        }
        if (types != 1) {
            node.problem("needs one of " + TYPES.stream().map(Type::key).collect(joining(", ")));
        }
        return channels.size() == 1 && types == 1 ? channels.getFirst() : null;
    }

    /** The http or https address under a key; null if it is missing or wrong, which is recorded. */
    public static @Nullable URI address(Node node, String key) {
        return address(node.child(key));
    }

    /** The http or https address at that place. */
    static @Nullable URI address(Node place) {
        String text = place.text();
        if (text == null) {
            return null;
        }
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below, without the text
        }
        place.problem("must be an address such as https://host/path, without user and password");
        return null;
    }

    /** The text under a key that must be there. */
    static @Nullable String text(Node node, String key, String example, String description) {
        return node.doc(description).required(key, example).text();
    }

    /** The secret under a key that must be there. */
    static @Nullable Secret secret(Node node, String key, String description) {
        String text = node.secret(description).required(key, "\"${VARIABLE}\"").text();
        return text == null ? null : new Secret(text);
    }
}
