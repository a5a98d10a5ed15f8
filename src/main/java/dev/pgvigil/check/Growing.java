package dev.pgvigil.check;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An observation with quantities whose growth is forecast. It belongs to the contract, because it connects checks of all areas. */
public interface Growing {

    /** The quantities, the most important first. */
    List<Quantity> quantities();

    /** What may run out. */
    enum Resource {
        DISK,
        CONNECTIONS,
        SEQUENCE,
        TRANSACTION_IDS,
        MULTIXACT_IDS,
        DATABASE_SIZE;

        /** Whether the value follows the time of day, so that the growth of some hours says nothing. */
        public boolean isCyclic() {
            return this == CONNECTIONS;
        }
    }

    /**
     * One quantity.
     *
     * @param name unique among those of the resource in the observation, such as a sequence or a mount point
     * @param database the database that it belongs to; null: the whole server, or that of the observation
     * @param limit the value at which it has run out; null: none is known
     * @param from below this value it is kept low by the server itself, and nothing is forecast
     */
    record Quantity(
            Resource resource,
            String name,
            @Nullable String database,
            double value,
            @Nullable Double limit,
            double from) {}
}
