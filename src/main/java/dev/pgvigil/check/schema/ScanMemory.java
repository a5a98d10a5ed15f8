package dev.pgvigil.check.schema;

import dev.pgvigil.check.schema.MissingIndexes.Table;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counters of the collection before: scans of large tables, and calls of the statements that read most. At most a few hundred. */
final class ScanMemory {

    private @Nullable Map<String, Long> scans;
    private Map<Long, Counted> statements = Map.of();

    /** One statement of the database, of all its users. */
    record Counted(long queryid, double calls, double bytes, double rows) {

        private Counted since(@Nullable Counted before) {
            return before == null || before.calls > calls || before.bytes > bytes
                    ? this
                    : new Counted(queryid, calls - before.calls, bytes - before.bytes, rows - before.rows);
        }

        double bytesPerCall() {
            return bytes / calls;
        }
    }

    /** Scans of a table since the last call of {@link #mostScanned}; {@code ever}: there were none before. */
    record Scanned(Table table, long number, boolean ever) {}

    /** Of these tables the one of which most was scanned since the last call of this, from so many scans on. */
    Optional<Scanned> mostScanned(List<Table> large, long least) {
        Map<String, Long> before = scans;
        Map<String, Long> now = new HashMap<>();
        large.forEach(table -> now.put(table.label(), table.scans()));
        scans = now;
        return before == null
                ? Optional.empty()
                : large.stream()
                        .map(table -> scanned(table, before.getOrDefault(table.label(), 0L)))
                        .filter(scanned -> scanned.number >= least)
                        .max(Comparator.comparingDouble(scanned -> (double) scanned.number * scanned.table.bytes()));
    }

    private static Scanned scanned(Table table, long last) {
        return new Scanned(table, table.scans() >= last ? table.scans() - last : table.scans(), last == 0);
    }

    /** What the statements did since the last call of this. At the first it is known only if that is all they ever did. */
    Stream<Counted> advance(List<Counted> counted, boolean ever) {
        Map<Long, Counted> before = statements;
        Map<Long, Counted> now = new HashMap<>();
        counted.forEach(one -> now.put(one.queryid, one));
        statements = now;
        return before.isEmpty() && !ever
                ? Stream.of()
                : counted.stream()
                        .map(one -> one.since(before.get(one.queryid)))
                        .filter(one -> one.calls > 0);
    }
}
