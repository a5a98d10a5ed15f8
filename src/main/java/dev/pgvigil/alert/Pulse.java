package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Outlet;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The heartbeat that leaves this process: someone else notices when it stops. One attempt at a time. */
final class Pulse {

    private final AlertSettings.Pulse settings;
    private @Nullable Instant last;

    Pulse(AlertSettings.Pulse settings) {
        this.settings = settings;
    }

    void tick(Instant now, Outlet outlet) {
        Instant before = last;
        if (before == null || !now.isBefore(before.plus(settings.interval()))) {
            last = now;
            outlet.pulse(settings.url());
        }
    }
}
