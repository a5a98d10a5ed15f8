package dev.pgvigil.self;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.time.Duration;

/** {@code pgvigil.self}: when pgvigil reports itself as stuck. */
@Singleton
public final class SelfSection implements Section<SelfSettings> {

    @Override
    public String key() {
        return "self";
    }

    @Override
    public SelfSettings read(Node node) {
        return new SelfSettings(
                seconds(
                        node.doc("pgvigil is not live if an event loop has been stuck for this long"),
                        "event-loop-stuck-after",
                        10,
                        1,
                        600),
                seconds(
                        node.doc("pgvigil is not live if no heartbeat of any target was made for this long"),
                        "watch-silent-after",
                        60,
                        5,
                        3600),
                seconds(
                        node.doc("pgvigil is ready after the first pass over the fleet, or after this time"),
                        "first-pass-grace",
                        10,
                        0,
                        600));
    }

    private static Duration seconds(Node node, String key, int fallback, int min, int max) {
        return node.duration(key, Duration.ofSeconds(fallback), Duration.ofSeconds(min), Duration.ofSeconds(max));
    }
}
