package dev.pgvigil.bench;

/** One question to the built product as a process of its own. It ends whatever it starts. */
interface Benchmark {

    /** One word: what {@code make bench ONLY=…} takes, and the name of the file of figures. */
    String name();

    /** What is asked, in a line. */
    String title();

    /** Measures. Takes a few minutes at most. */
    Result run(Plan plan) throws Exception;
}
