package dev.pgvigil.self;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.time.Duration;

/** {@code pgvigil.self}: when pgvigil takes itself for stuck. */
@Singleton
public final class SelfSection implements Section<SelfSettings> {

    @Override
    public String key() {
        return "self";
    }

    @Override
    public SelfSettings read(Node node) {
        return new SelfSettings(
                seconds(node, "event-loop-stuck-after", 10, 1, 600),
                seconds(node, "watch-silent-after", 60, 5, 3600),
                seconds(node, "first-pass-grace", 10, 0, 600));
    }

    private static Duration seconds(Node node, String key, int fallback, int min, int max) {
        return node.duration(key, Duration.ofSeconds(fallback), Duration.ofSeconds(min), Duration.ofSeconds(max));
    }
}
