package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What keeps vacuum from its work, and what follows. */
@Singleton
final class MaintenanceCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of(
                        "xmin-horizon/held",
                        "vacuum/dead-rows",
                        "vacuum removes no row that a transaction of the horizon may still read"),
                CauseRule.of(
                        "xmin-horizon/held", "vacuum/freeze", "vacuum freezes no row that is newer than the horizon"),
                CauseRule.of(
                        "xmin-horizon/held",
                        "wraparound/*",
                        "the age of the databases cannot fall below that of the horizon"),
                CauseRule.of("autovacuum/off", "vacuum/dead-rows", "no worker removes dead rows"),
                CauseRule.of("autovacuum/off", "wraparound/*", "tables are vacuumed only when they must be frozen"),
                CauseRule.of(
                        "autovacuum/busy", "vacuum/dead-rows", "all workers are busy, and the table waits for one"),
                CauseRule.of("vacuum/disabled", "vacuum/dead-rows", "autovacuum is off for the table")
                        .sharing("relname"),
                CauseRule.of("vacuum/dead-rows", "bloat/tables", "dead rows that are not removed make the table grow"),
                CauseRule.of(
                        "checkpoints/requested",
                        "checkpoints/storm",
                        "WAL fills max_wal_size before the timeout, so that one checkpoint follows the other"),
                CauseRule.of("checkpoints/storm", "io/slow-reads", "the checkpoints' writes compete with reads"),
                CauseRule.of(
                        "checkpoints/slow-sync", "heartbeat/slow", "commits wait behind the flush of the checkpoint"));
    }
}
