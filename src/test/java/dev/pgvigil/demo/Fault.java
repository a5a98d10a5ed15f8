package dev.pgvigil.demo;

import java.time.Duration;

/** Something that breaks, and heals. */
interface Fault {

    /** What breaks, in a line. */
    String begins();

    /** What is well again, in a line. */
    String heals();

    /** How long it stays broken. */
    Duration lasts();

    void begin() throws Exception;

    void heal() throws Exception;
}
