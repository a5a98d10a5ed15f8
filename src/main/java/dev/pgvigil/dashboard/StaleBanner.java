package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.self.WatchStall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A warning that pgvigil itself has stopped monitoring and the page shows an old state. Pure. */
final class StaleBanner {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int INTERVALS = 3;

    private StaleBanner() {}

    /** The warning; empty if monitoring works. */
    static String note(@Nullable WatchStall stall) {
        if (stall == null || stall.interval().isZero()) {
            return "";
        }
        Duration bound = stall.interval().multipliedBy(INTERVALS);
        Duration patience = bound.compareTo(PATIENCE) > 0 ? bound : PATIENCE;
        return stall.lasted().compareTo(patience) <= 0
                ? ""
                : "pgvigil has not checked any server for %s. This page may be out of date."
                        .formatted(HumanFormat.seconds(stall.lasted().toMillis() / 1000.0));
    }
}
