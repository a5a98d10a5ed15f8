package dev.pgvigil.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What comes together while one configuration is read: its mistakes, the keys that were asked for, the files named. */
final class ReadContext {

    private static final int MAX_PROBLEMS = 100;

    // Aliases let a small file stand for a large tree: this bounds what is read, whatever the file's size.
    private static final int MAX_VALUES = 500_000;

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, KeyDoc> known = new HashMap<>();
    private final Sources sources;
    private int unlisted;
    private int values;

    ReadContext(Sources sources) {
        this.sources = sources;
    }

    Sources sources() {
        return sources;
    }

    void problem(String key, int line, String message) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(new Problem(key, line, message));
        } else {
            unlisted++;
        }
    }

    /** Whether there is a mistake under that key, or under one below it. */
    boolean mistaken(String key) {
        return problems.stream()
                .anyMatch(problem -> problem.key().equals(key) || problem.key().startsWith(key + "."));
    }

    /** Whether one more value may be read; it ends here if not, and that is a mistake. */
    boolean goesOn(Node at) {
        if (++values == MAX_VALUES + 1) {
            at.problem("the aliases up to here stand for more than " + MAX_VALUES + " values");
        }
        return values <= MAX_VALUES;
    }

    boolean full() {
        return unlisted > 0;
    }

    /** Keeps what may be written under a key; the texts are made once, not for each of ten thousand targets. */
    void known(String key, Supplier<String> allowed, Supplier<String> standard) {
        KeyDoc before = known.get(key);
        if (before == null || before.allowed().isEmpty()) {
            known.put(key, new KeyDoc(key, allowed.get(), standard.get()));
        }
    }

    Collection<KeyDoc> known() {
        return new TreeMap<>(known).values();
    }

    /** All mistakes in file order. */
    List<Problem> problems() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::line));
        if (unlisted > 0) {
            sorted.add(new Problem("pgvigil", 0, "and " + unlisted + " more problems"));
        }
        return List.copyOf(sorted);
    }
}
