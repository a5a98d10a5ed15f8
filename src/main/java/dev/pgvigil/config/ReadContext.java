package dev.pgvigil.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The state of one load of the configuration: its errors and the files that it names. */
final class ReadContext {

    private static final int MAX_PROBLEMS = 100;

    // With aliases, a small file can describe a huge tree. This limits the values read, whatever the size of the file.
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

    /** True if there is an error at that key or below. */
    boolean mistaken(String key) {
        return problems.stream()
                .anyMatch(problem -> problem.key().equals(key) || problem.key().startsWith(key + "."));
    }

    /** True if one more value may be read. Otherwise reports an error and reading ends. */
    boolean mayRead(Node at) {
        if (++values == MAX_VALUES + 1) {
            at.problem("the aliases up to here stand for more than " + MAX_VALUES + " values");
        }
        return values <= MAX_VALUES;
    }

    boolean full() {
        return unlisted > 0;
    }

    /** All errors in file order. */
    List<Problem> problems() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::line));
        if (unlisted > 0) {
            sorted.add(new Problem("pgvigil", 0, "and " + unlisted + " more problems"));
        }
        return List.copyOf(sorted);
    }
}
