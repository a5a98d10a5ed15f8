package dev.pgvigil.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notices that files hold something else than they did. It compares content: a mounted secret changes by the swap of a
 * link, which no time of the file tells. Not for several threads.
 */
final class ContentWatch {

    /** How many files one look reads besides the first; of more, each has its turn. */
    private static final int SLICE = 500;

    private final Path first;
    private Map<Path, String> expected = Map.of();
    private List<Path> others = List.of();
    private int next;
    private Map<Path, String> unsettled = Map.of();

    /**
     * Watches from the next {@link #expect} on.
     *
     * @param first the file that every look reads, if it takes part at all
     */
    ContentWatch(Path first) {
        this.first = first;
    }

    /** Takes these digests as what the files hold. */
    void expect(Map<Path, String> digests) {
        expected = digests;
        others = new ArrayList<>(digests.keySet());
        next = 0;
        unsettled = Map.of();
    }

    /**
     * Looks once.
     *
     * @return whether files hold something else, and the same as at the look before: a file that is being written is
     *     left until it is done
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
