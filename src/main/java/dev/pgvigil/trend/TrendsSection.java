package dev.pgvigil.trend;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** {@code pgvigil.trends}: growth, forecasts and anomalies from the history of the store. */
@Singleton
final class TrendsSection implements Section<Trends> {

    @Override
    public String key() {
        return "trends";
    }

    @Override
    public Trends read(Node node) {
        return new Trends(
                node.doc("Whether the history is evaluated; it needs a store").flag("enabled", true),
                node.doc("Time between two passes over all targets")
                        .duration("every", Duration.ofMinutes(15), Duration.ofSeconds(1), Duration.ofDays(1)),
                zone(node),
                node.doc("Growth a day, as a share of the present value, from which it is a finding")
                        .ratio("growth", 0.1, 0.001, 1));
    }

    private static ZoneId zone(Node node) {
        String name = node.doc("Time zone whose hours of the week are compared, such as Europe/Berlin")
                .string("time-zone", "UTC");
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            node.child("time-zone").problem("must be a time zone such as Europe/Berlin, not " + node.shown(name));
            return ZoneOffset.UTC;
        }
    }
}
