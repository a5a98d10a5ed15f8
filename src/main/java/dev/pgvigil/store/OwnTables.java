package dev.pgvigil.store;

import dev.pgvigil.config.Settings;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The history of the targets and {@code health_monitoring_audit}. */
@Singleton
final class OwnTables implements StoreTables {

    static final String AUDIT = "health_monitoring_audit";

    final RowQueue<Sample> samples = new RowQueue<>("history", Level.RAW.table, 100_000, Sample::at, Rows::samples);
    final RowQueue<AuditRow> audit = new RowQueue<>("audit", AUDIT, 10_000, AuditRow::timestamp, Rows::audit);

    @Override
    public List<String> scripts() {
        return List.of("V1__tables.sql", "R__functions.sql");
    }

    @Override
    public List<RowQueue<?>> queues() {
        return List.of(audit, samples);
    }

    @Override
    public Map<String, Duration> retention(Settings settings) {
        Optional<StoreSettings> store = settings.get(StoreSection.class);
        return store.map(OwnTables::retention).orElse(Map.of());
    }

    static Map<String, Duration> retention(StoreSettings settings) {
        Map<String, Duration> kept = new HashMap<>();
        for (Level level : Level.values()) {
            kept.put(level.table, settings.keep(level));
        }
        kept.put(AUDIT, settings.keepAudit());
        return kept;
    }

    void limit(StoreSettings settings) {
        samples.limit(settings.bufferRows());
        audit.limit(settings.bufferAuditRows());
    }
}
