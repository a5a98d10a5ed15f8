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
                                "long-work/idle-in-transaction",
                                "xmin-horizon/held",
                                "the open transaction may still read rows that were deleted since it began")
                        .sharing("pid"),
                CauseRule.of(
                                "long-work/query",
                                "xmin-horizon/held",
                                "the statement may still read rows that were deleted since it began")
                        .sharing("pid"),
                CauseRule.of(
                        "long-work/prepared",
                        "xmin-horizon/held",
                        "the prepared transaction counts as running until it is committed or rolled back"),
                CauseRule.of(
                        "blocking/waiting",
                        "connections/*",
                        "sessions that wait for locks keep their connections, and new requests need more"));
    }
}
