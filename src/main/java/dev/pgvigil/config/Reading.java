package dev.pgvigil.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What comes together while one configuration is read: its mistakes, the keys that were asked for, the files named. */
final class Reading {

    private static final int MAX_PROBLEMS = 100;

    // Aliases let a small file stand for a large tree: this bounds what is read, whatever the file's size.
    private static final int MAX_PLACES = 2_000_000;

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Known> known = new TreeMap<>();
    private final Sources sources;
    private int unlisted;
    private int places;

    Reading(Sources sources) {
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

    /** Whether another place may be read; the tree ends here if not, and that is a mistake. */
    boolean place(String key, int line) {
        if (++places == MAX_PLACES + 1) {
            problem(key, line, "the aliases before this line stand for more than " + MAX_PLACES + " values");
        }
        return places <= MAX_PLACES;
    }

    boolean full() {
        return unlisted > 0;
    }

    void known(Known key) {
        if (!key.allowed().isEmpty() || !known.containsKey(key.key())) {
            known.put(key.key(), key);
        }
    }

    Collection<Known> known() {
        return List.copyOf(known.values());
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
