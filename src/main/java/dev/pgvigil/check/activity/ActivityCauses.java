package dev.pgvigil.check.activity;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What long transactions and waits for locks lead to. */
@Singleton
final class ActivityCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of(
                                "long-work/idle-in-transaction",
                                "blocking/waiting",
                                "the open transaction keeps locks for which other sessions wait")
                        .sharing("pid"),
                CauseRule.of(
                                "long-work/query",
                                "blocking/waiting",
                                "the statement keeps locks for which other sessions wait")
                        .sharing("pid"),
                CauseRule.of(
                        "long-work/prepared",
                        "blocking/waiting",
                        "the prepared transaction keeps locks for which other sessions wait"),
                CauseRule.of(
                        "blocking/waiting",
                        "connections/*",
                        "sessions that wait for locks keep their connections, and new requests need more"),
                CauseRule.of(
                        "connections/saturation",
                        "heartbeat/slow",
                        "so many sessions compete for the processors that statements take longer"));
    }
}
