package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.self.WatchStall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says that pgvigil itself has stopped looking, so that a page does not show an old state as the present one. Pure. */
final class StaleBanner {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int INTERVALS = 3;

    private StaleBanner() {}

    /** The note; empty while there is nothing to say. */
    static String note(@Nullable WatchStall silence) {
        if (silence == null || silence.interval().isZero()) {
            return "";
        }
        Duration bound = silence.interval().multipliedBy(INTERVALS);
        Duration patience = bound.compareTo(PATIENCE) > 0 ? bound : PATIENCE;
        return silence.lasted().compareTo(patience) <= 0
                ? ""
                : "pgvigil has not checked any server for %s. This page may be out of date."
                        .formatted(HumanFormat.seconds(silence.lasted().toMillis() / 1000.0));
    }
}
