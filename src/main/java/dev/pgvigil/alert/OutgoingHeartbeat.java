package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.ChannelClient;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The heartbeat that leaves this process: someone else notices when it stops. One attempt at a time. */
final class OutgoingHeartbeat {

    private final AlertSettings.OutgoingHeartbeat settings;
    private @Nullable Instant last;

    OutgoingHeartbeat(AlertSettings.OutgoingHeartbeat settings) {
        this.settings = settings;
    }

    void tick(Instant now, ChannelClient client) {
        Instant before = last;
        if (before == null || !now.isBefore(before.plus(settings.interval()))) {
            last = now;
            client.heartbeat(settings.url());
        }
    }
}
