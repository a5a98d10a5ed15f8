package dev.pgvigil.check.statements;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What slow statements lead to. */
@Singleton
final class StatementsCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of("plans/flip", "statements/regression", "another plan takes longer"),
                CauseRule.of("statements/regression", "connections/*", "slower statements keep connections longer"),
                CauseRule.of(
                        "statements/spill", "temp-files/*", "sorts and hashes beyond work_mem go to temporary files"),
                CauseRule.of(
                        "io/cache", "statements/regression", "blocks that do not fit the cache are read from disk"),
                CauseRule.of("io/slow-reads", "statements/regression", "reads from disk take longer"));
    }
}
