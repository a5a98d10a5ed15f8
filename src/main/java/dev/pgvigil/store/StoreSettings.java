package dev.pgvigil.store;

import dev.pgvigil.postgres.Server;
import java.time.Duration;
import java.util.Map;

/**
 * The configuration of the store.
 *
 * @param parameters of the connection string, for the driver of the migrations
 * @param migrate whether an older schema is migrated
 * @param keep retention of each level
 */
public record StoreSettings(
        Server server,
        String database,
        Map<String, String> parameters,
        int pool,
        boolean migrate,
        Map<Level, Duration> keep,
        Duration keepAudit,
        int bufferRows,
        int bufferAuditRows) {

    public StoreSettings {
        parameters = Map.copyOf(parameters);
        keep = Map.copyOf(keep);
    }

    Duration keep(Level level) {
        return keep.getOrDefault(level, Duration.ofDays(2));
    }
}
