package dev.pgvigil.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/**
 * Rows that wait in memory until the store has taken them, at most so many: then the oldest goes, and is counted. A row is sent until it is
 * confirmed, so that its insert must do nothing the second time. Without a store nothing is kept. Thread-safe.
 */
public final class RowQueue<T> {

    private final String kind;
    private final String table;
    private final Function<T, Instant> time;
    private final Insert<T> insert;
    private final Deque<T> rows = new ArrayDeque<>();
    private int limit;
    private boolean open;
    private long written;
    private long lost;
    private long rejected;
    /** Position of the first row since the beginning. */
    private long removedBefore;

    /** How rows are inserted, in a transaction that is already begun. */
    public interface Insert<T> {

        /** How many rows there were that had not been inserted before. */
        Future<Integer> into(SqlConnection session, List<T> rows);
    }

    /**
     * An empty queue.
     *
     * @param kind its name in metrics, such as {@code audit}
     * @param table of the schema {@code pgvigil}
     * @param limit rows at most
     * @param time of a row, by which the table is partitioned, if it is
     */
    public RowQueue(String kind, String table, int limit, Function<T, Instant> time, Insert<T> insert) {
        this.kind = kind;
        this.table = table;
        this.limit = limit;
        this.time = time;
        this.insert = insert;
    }

    /** Adds a row. Returns at once, and never fails. */
    public synchronized void add(T row) {
        if (open) {
            rows.addLast(row);
            shrink();
        }
    }

    /** Rows are kept from now on. */
    synchronized void open() {
        open = true;
    }

    /** Rows are no longer kept. */
    synchronized void close() {
        open = false;
        removedBefore += rows.size();
        rows.clear();
    }

    synchronized void limit(int rowsAtMost) {
        limit = rowsAtMost;
        shrink();
    }

    private void shrink() {
        while (rows.size() > limit) {
            rows.removeFirst();
            removedBefore++;
            lost++;
        }
    }

    String table() {
        return table;
    }

    Instant time(T row) {
        return time.apply(row);
    }

    Future<Integer> insert(SqlConnection session, List<T> batch) {
        return insert.into(session, batch);
    }

    /** The oldest rows. They stay until {@link #written} or {@link #rejected}. */
    synchronized Batch<T> oldest(int count) {
        List<T> batch = new ArrayList<>(Math.min(count, rows.size()));
        Iterator<T> each = rows.iterator();
        while (batch.size() < count && each.hasNext()) {
            batch.add(each.next());
        }
        return new Batch<>(batch, removedBefore);
    }

    /** Removes rows that the store has. */
    synchronized void written(Batch<T> batch, int inserted) {
        written += inserted;
        remove(batch);
    }

    /** Removes rows that the store can never take. */
    synchronized void rejected(Batch<T> batch) {
        rejected += remove(batch);
    }

    /** Not those that took the place of rows that have overflowed meanwhile. */
    private int remove(Batch<T> batch) {
        int removed = 0;
        long end = batch.begin() + batch.rows().size();
        while (removedBefore < end) {
            rows.removeFirst();
            removedBefore++;
            removed++;
        }
        return removed;
    }

    synchronized int size() {
        return rows.size();
    }

    synchronized State state() {
        return new State(kind, rows.size(), limit, written, lost, rejected);
    }

    /** @param begin position of the first row since the beginning */
    record Batch<T>(List<T> rows, long begin) {}

    /**
     * What is known of a queue.
     *
     * @param written rows that the store has, since the start
     * @param lost rows that found the queue full
     * @param rejected rows that the store can never take: older than the retention of their table, or refused as data
     */
    public record State(String kind, int buffered, int limit, long written, long lost, long rejected) {}
}
