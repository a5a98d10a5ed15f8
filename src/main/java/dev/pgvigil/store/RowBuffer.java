package dev.pgvigil.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Rows that wait to be written, at most so many: then the oldest goes, and is counted. Thread-safe. */
final class RowBuffer<T> {

    private final Deque<T> rows = new ArrayDeque<>();
    private int most;
    private long overflowed;
    /** Position of the first row since the beginning. */
    private long removedBefore;

    RowBuffer(int most) {
        this.most = most;
    }

    synchronized void limit(int rowsAtMost) {
        most = rowsAtMost;
        shrink();
    }

    synchronized void add(T row) {
        rows.addLast(row);
        shrink();
    }

    private void shrink() {
        while (rows.size() > most) {
            rows.removeFirst();
            removedBefore++;
            overflowed++;
        }
    }

    /** The oldest rows. They stay until {@link #done}. */
    synchronized Batch<T> oldest(int count) {
        List<T> batch = new ArrayList<>(Math.min(count, rows.size()));
        Iterator<T> each = rows.iterator();
        while (batch.size() < count && each.hasNext()) {
            batch.add(each.next());
        }
        return new Batch<>(batch, removedBefore);
    }

    /** Removes rows that were written, and not those that took the place of rows that have overflowed meanwhile. */
    synchronized void done(Batch<T> batch) {
        long written = batch.begin() + batch.rows().size();
        while (removedBefore < written) {
            rows.removeFirst();
            removedBefore++;
        }
    }

    synchronized int size() {
        return rows.size();
    }

    synchronized int limit() {
        return most;
    }

    synchronized long overflowed() {
        return overflowed;
    }

    /** @param begin position of the first row since the beginning */
    record Batch<T>(List<T> rows, long begin) {}
}
