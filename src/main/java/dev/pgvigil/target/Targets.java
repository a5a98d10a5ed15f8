package dev.pgvigil.target;

import java.util.List;

/** The configured targets, by entry. Discovery adds further targets. */
public record Targets(List<Target> entries) {

    public Targets {
        entries = List.copyOf(entries);
    }
}
