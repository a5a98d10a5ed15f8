package dev.pgvigil.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Detects changes of files. It compares content, not modification times: a mounted secret changes by replacing a symbolic
 * link. Not thread-safe.
 */
final class ContentWatch {

    /** Number of files read per poll besides the first; if there are more, they take turns. */
    private static final int SLICE = 500;

    private final Path first;
    private Map<Path, String> expected = Map.of();
    private List<Path> others = List.of();
    private int next;
    private Map<Path, String> unsettled = Map.of();

    /**
     * Watches files from the next {@link #expect} on.
     *
     * @param first the file that every poll reads, if it is among the files
     */
    ContentWatch(Path first) {
        this.first = first;
    }

    /** Sets the expected digests of the files. */
    void expect(Map<Path, String> digests) {
        expected = digests;
        others = new ArrayList<>(digests.keySet());
        next = 0;
        unsettled = Map.of();
    }

    /**
     * Polls once.
     *
     * @return true if the files have changed and are the same as at the previous poll, so that a file that is being written
     *     is not read before it is complete
     */
    boolean changed() {
        Map<Path, String> different = new HashMap<>();
        for (Path file : slice()) {
            String digest = Content.of(file).digest();
            if (!digest.equals(expected.get(file))) {
                different.put(file, digest);
            }
        }
        boolean settled = !different.isEmpty() && different.equals(unsettled);
        unsettled = different;
        return settled;
    }

    private Set<Path> slice() {
        Set<Path> files = new LinkedHashSet<>(unsettled.keySet());
        if (expected.containsKey(first)) {
            files.add(first);
        }
        for (int i = 0; i < Math.min(SLICE, others.size()); i++) {
            files.add(others.get(next % others.size()));
            next = (next + 1) % others.size();
        }
        return files;
    }
}
