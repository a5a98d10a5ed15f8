package dev.pgvigil.postgres;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/** Limits the bytes that the checks of the whole fleet keep between runs. Safe for any thread. */
@Singleton
public final class MemoryBudget {

    /** Divisor of the heap size: the rest is for the snapshot, the history and requests. */
    private static final int SHARE = 8;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /** An eighth of the heap. */
    @Inject
    public MemoryBudget() {
        this(Runtime.getRuntime().maxMemory() / SHARE);
    }

    /** @param limit in bytes */
    public MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Reserves these bytes; false if the budget does not allow it. */
    public boolean take(long bytes) {
        long before = used.get();
        while (before + bytes <= limit) {
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = used.get();
        }
        return false;
    }

    public void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    public long limit() {
        return limit;
    }
}
