package dev.pgvigil.check.replication;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What a standby, a slot or the archiver leads to. */
@Singleton
final class ReplicationCauses implements CauseRules {

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of("replication/replay-paused", "replication/lag", "WAL is received and not replayed"),
                CauseRule.of("replication/disconnected", "replication/lag", "no WAL arrives"),
                CauseRule.of(
                                "slots/unused",
                                "slots/retained",
                                "nobody reads from the slot, and the server keeps WAL for it")
                        .sharing("slot_name"),
                CauseRule.of("slots/retained", "slots/near-limit", "the slot keeps WAL up to max_slot_wal_keep_size")
                        .sharing("slot_name"),
                CauseRule.of(
                        "slots/unused",
                        "xmin-horizon/catalog",
                        "the slot keeps the rows of catalogs that its reader may still need"),
                CauseRule.of(
                        "replication/synchronous-missing",
                        "blocking/waiting",
                        "commits wait for the standby and keep their locks meanwhile"),
                CauseRule.of(
                        "replication/synchronous-missing",
                        "connections/*",
                        "commits wait for the standby, and new requests need more connections"),
                CauseRule.of("long-work/query", "replication/lag", "replay waits for the query on the standby"));
    }
}
