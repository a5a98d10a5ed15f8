package dev.pgvigil.check.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement that reads a large table as a whole at each call, as far as its counters tell.
 *
 * @param label the table, with its schema
 * @param queryid as text because scripts lose digits of large numbers
 * @param query without values, truncated
 * @param calls since the collection before
 * @param bytesPerCall of blocks that each call reads, from the cache or not
 * @param proof what the advice rests on
 * @param columns on which an index would serve it; empty: none is proposed
 * @param index the index that begins with one of these columns already; null: none
 * @param valid whether that index can be used
 */
public record ScanningStatement(
        String label,
        String queryid,
        String query,
        double calls,
        double bytesPerCall,
        Proof proof,
        List<String> columns,
        @Nullable String index,
        boolean valid) {

    /** How sure the advice is. */
    public enum Proof {
        /** The server's plan of the statement scans the table and filters it by these columns, which few rows pass. */
        PLAN,
        /** The statistics of the columns say that few rows pass. */
        STATISTICS,
        /** The text compares these columns; how many rows pass is not known. */
        TEXT
    }

    public ScanningStatement {
        columns = List.copyOf(columns);
    }
}
