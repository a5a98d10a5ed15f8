package dev.pgvigil.target;

import java.util.List;

/** What is configured to be watched, by entry; what discovery finds comes on top. */
public record Targets(List<Target> entries) {

    public Targets {
        entries = List.copyOf(entries);
    }
}
