package dev.pgvigil.postgres;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one check keeps between its passes over one server or database, such as the counters that it compares. It is private to the
 * check and never published; the check bounds it. Used from one event loop.
 */
public final class CheckMemory implements AutoCloseable {

    private final MemoryBudget budget;
    private @Nullable Object content;

    /** @param budget of the whole fleet */
    public CheckMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /** The content; made at the first call, and again after {@link #close}. */
    @SuppressWarnings("unchecked") // one check keeps one type
    public <M> M get(Function<MemoryBudget, M> first) {
        Object kept = content;
        if (kept == null) {
            kept = first.apply(budget);
            content = kept;
        }
        return (M) kept;
    }

    /** Forgets the content, and closes it where it can be closed. */
    @Override
    public void close() {
        Object kept = content;
        content = null;
        if (kept instanceof Releasable releasable) {
            releasable.release();
        }
    }

    /** Content that gives something back when it is forgotten, such as its share of a memory budget. */
    public interface Releasable {

        void release();
    }
}
