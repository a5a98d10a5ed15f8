package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.WalArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is restored, and how it is tested.
 *
 * @param wal the inventory of the archive; null: only what the backup carries
 * @param moment to which it is recovered; null: just before the last archived commit
 * @param programs the directory of the server's programs, of the backup's major version
 * @param user a superuser of the restored cluster
 * @param deadline for the whole drill
 */
public record DrillPlan(
        Inventory inventory,
        Backup backup,
        @Nullable WalArchive wal,
        @Nullable Instant moment,
        Path programs,
        String user,
        List<Assertion> assertions,
        Duration deadline) {

    public DrillPlan {
        assertions = List.copyOf(assertions);
    }
}
