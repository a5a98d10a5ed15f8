package dev.pgvigil.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What comes together while one configuration is read: its mistakes, and the files that it names. */
final class ReadContext {

    private static final int MAX_PROBLEMS = 100;

    // Aliases let a small file stand for a large tree: this bounds what is read, whatever the file's size.
    private static final int MAX_VALUES = 500_000;

    private final List<Problem> problems = new ArrayList<>();
    private final Sources sources;
    private final SecretKeys secrets;
    private int unlisted;
    private int values;

    ReadContext(Sources sources, SecretKeys secrets) {
        this.sources = sources;
        this.secrets = secrets;
    }

    Sources sources() {
        return sources;
    }

    SecretKeys secrets() {
        return secrets;
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
