package dev.pgvigil.corpus;

import java.util.List;

/** The cases of one area of checks. An implementation has a constructor without parameters and is found by its type. */
public interface Corpus {

    default List<Fault> faults() {
        return List.of();
    }

    default List<Workload> workloads() {
        return List.of();
    }
}
