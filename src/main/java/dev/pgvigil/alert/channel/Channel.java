package dev.pgvigil.alert.channel;

import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.util.List;

/** A configured way to a receiver. Immutable; its secrets are never shown. */
public sealed interface Channel permits Alertmanager, Email, HttpPost, PagerDuty, Slack, Sms, Statuspage, Webhook {

    /** The addresses that it uses, which are compared with the allow-list. */
    List<URI> addresses();

    /** Makes one attempt; never fails, and ends within the deadline of the client. */
    Uni<Delivery> send(Notification notification, ChannelClient client);
}
