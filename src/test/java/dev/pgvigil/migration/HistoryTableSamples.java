package dev.pgvigil.migration;

import java.util.Map;

/** Tables without a server. */
final class HistoryTableSamples {

    private HistoryTableSamples() {}

    static HistoryTable named(String database, String name) {
        return new HistoryTable(database, "public", name, 16_384, true, Map.of(), Map.of(), true, false, 0);
    }
}
