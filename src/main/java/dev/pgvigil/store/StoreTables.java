package dev.pgvigil.store;

import dev.pgvigil.config.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Tables that a feature keeps in the store: one bean for each feature. */
public interface StoreTables {

    /**
     * Its migrations: names of files in {@code src/main/resources/store}, such as {@code V202611291015__alert_outbox.sql}. The version is the
     * time at which the file was written, so that features do not share a count. A released file is never changed.
     */
    List<String> scripts();

    /** Its queues, the more important first. */
    default List<RowQueue<?>> queues() {
        return List.of();
    }

    /** Its partitioned tables, which have a row in {@code pgvigil.level}, and how long their rows are kept. */
    default Map<String, Duration> retention(Settings settings) {
        return Map.of();
    }
}
