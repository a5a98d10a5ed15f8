package dev.pgvigil.check.capacity;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What full connections lead to. */
@Singleton
final class CapacityCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(CauseRule.of(
                "connections/saturation",
                "heartbeat/slow",
                "so many sessions compete for the processors that statements take longer"));
    }
}
