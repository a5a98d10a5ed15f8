package dev.pgvigil.postgres;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one check keeps between its runs on one server or database, such as the counters that it compares. Private to the check,
 * never published, and bounded by the check. Used from one event loop.
 */
public final class CheckMemory implements AutoCloseable {

    private final MemoryBudget budget;
    private @Nullable Object content;

    /** @param budget the memory budget of the whole fleet */
    public CheckMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /** The content; created at the first call, and again after {@link #close}. */
    @SuppressWarnings("unchecked") // one check keeps one type
    public <M> M get(Function<MemoryBudget, M> first) {
        Object kept = content;
        if (kept == null) {
            kept = first.apply(budget);
            content = kept;
        }
        return (M) kept;
    }

    /** Discards the content, and releases it if it is {@link Releasable}. */
    @Override
    public void close() {
        Object kept = content;
        content = null;
        if (kept instanceof Releasable releasable) {
            releasable.release();
        }
    }

    /** The server was restarted: discards the content, unless it is {@link Lasting}. */
    public void restarted() {
        if (!(content instanceof Lasting)) {
            close();
        }
    }

    /** Content that stays valid when the server is restarted: it has no counters of the server. */
    public interface Lasting {}

    /** Content that releases a resource when it is discarded, such as its share of a memory budget. */
    public interface Releasable {

        void release();
    }
}
