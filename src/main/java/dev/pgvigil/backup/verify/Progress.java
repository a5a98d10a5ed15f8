package dev.pgvigil.backup.verify;

import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** How far work has come, and whether it is to end. Written by the thread that works, read by any. */
public final class Progress {

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile String phase = "";
    private volatile long expected;

    /** Begins a phase. */
    public void phase(String name, long expectedBytes) {
        phase = name;
        expected = expectedBytes;
        bytes.set(0);
    }

    /**
     * Counts bytes that were read.
     *
     * @throws InterruptedIOException if the work is cancelled
     */
    public void read(long count) throws InterruptedIOException {
        bytes.addAndGet(count);
        check();
    }

    /**
     * Ends the work if it is cancelled.
     *
     * @throws InterruptedIOException if it is
     */
    public void check() throws InterruptedIOException {
        if (cancelled.get() || Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("cancelled");
        }
    }

    public void cancel() {
        cancelled.set(true);
    }

    public boolean cancelled() {
        return cancelled.get();
    }

    public String phase() {
        return phase;
    }

    public long bytes() {
        return bytes.get();
    }

    /** Bytes of the phase; 0: not known. */
    public long expected() {
        return expected;
    }
}
