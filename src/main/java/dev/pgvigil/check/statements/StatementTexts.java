package dev.pgvigil.check.statements;

import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The texts of statements that were shown, without values and truncated; bounded in number and by the memory budget of the fleet.
 * Says when a text that is missing may be read: any reading makes the server load the texts of all statements, so that it is
 * allowed a thousandth of the time.
 */
final class StatementTexts {

    /** The most texts that are kept; the one not used for longest makes room. */
    static final int MOST = 500;

    private static final Duration LONG_PAUSE = Duration.ofHours(3);
    private static final int ENTRY_BYTES = 160;

    /**
     * The time between two readings.
     *
     * @param factor of the time that the reading took
     */
    record Pause(Duration least, int factor) {

        static final Pause STANDARD = new Pause(Duration.ofMinutes(1), 1000);
    }

    /** A statement in one database: its text is the same for all roles. */
    record Id(long dbid, long queryid) {

        static Id of(StatementKey key) {
            return new Id(key.dbid(), key.queryid());
        }
    }

    private final Pause pause;
    private final MemoryBudget budget;
    private final Map<Id, StatementText> texts = new LinkedHashMap<>(64, 0.75f, true);
    private long allowedAt;
    private boolean readBefore;
    private int timeouts;

    StatementTexts(Pause pause, MemoryBudget budget) {
        this.pause = pause;
        this.budget = budget;
    }

    /** The statement; null if it has not been read. */
    @Nullable
    StatementText of(StatementKey key) {
        return texts.get(Id.of(key));
    }

    /** Whether texts may be read now. */
    boolean mayRead(long nanoTime) {
        return !readBefore || nanoTime - allowedAt >= 0;
    }

    /** The identifiers of those whose texts are to be read now; empty: none. */
    Set<Long> wanted(List<StatementKey> keys, long nanoTime) {
        Set<Long> wanted = new TreeSet<>();
        if (mayRead(nanoTime)) {
            keys.stream()
                    .filter(key -> !texts.containsKey(Id.of(key)))
                    .limit(MOST)
                    .forEach(key -> wanted.add(key.queryid()));
        }
        return wanted;
    }

    /** Records a reading that began and ended at these times. */
    void read(long began, long ended) {
        readBefore = true;
        allowedAt = ended + Math.max(pause.least.toNanos(), pause.factor * (ended - began));
    }

    /**
     * Records a reading that failed.
     *
     * @param timedOut whether it took too long: it is repeated once, with more time, and then after a long pause
     */
    void failed(long began, long ended, boolean timedOut) {
        timeouts = timedOut ? timeouts + 1 : 0;
        if (!timedOut) {
            read(began, ended);
        } else if (timeouts % 2 == 0) {
            readBefore = true;
            allowedAt = ended + LONG_PAUSE.toNanos();
        }
    }

    void put(long dbid, long queryid, String text) {
        Id id = new Id(dbid, queryid);
        StatementText known = StatementText.of(text);
        if (texts.size() >= MOST && !texts.containsKey(id)) {
            forget(texts.keySet().iterator().next());
        }
        forget(id);
        if (budget.take(bytes(known))) {
            texts.put(id, known);
        }
    }

    int size() {
        return texts.size();
    }

    void release() {
        texts.values().forEach(text -> budget.giveBack(bytes(text)));
        texts.clear();
    }

    private void forget(Id id) {
        StatementText gone = texts.remove(id);
        if (gone != null) {
            budget.giveBack(bytes(gone));
        }
    }

    private static long bytes(StatementText text) {
        return ENTRY_BYTES + 2L * text.query().length();
    }
}
