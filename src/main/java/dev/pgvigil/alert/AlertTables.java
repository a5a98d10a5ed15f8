package dev.pgvigil.alert;

import dev.pgvigil.store.StoreTables;
import jakarta.inject.Singleton;
import java.util.List;

/** The tables of alerts in the store. */
@Singleton
final class AlertTables implements StoreTables {

    @Override
    public List<String> scripts() {
        return List.of("V202611291230__alert_outbox.sql");
    }
}
