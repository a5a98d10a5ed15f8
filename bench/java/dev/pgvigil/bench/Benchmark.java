package dev.pgvigil.bench;

/** Measures the built product as a separate process. It ends all processes that it starts. */
interface Benchmark {

    /** One word: the argument of {@code make bench ONLY=…}, and the name of the file of figures. */
    String name();

    /** Describes the measurement in one line. */
    String title();

    /** Runs the measurement; takes a few minutes at most. */
    Result run(Plan plan) throws Exception;
}
