package dev.pgvigil.demo;

import java.time.Duration;

/** A fault that can be started and ended. */
interface Fault {

    /** Describes the fault in one line. */
    String begins();

    /** Describes the recovery in one line. */
    String heals();

    /** Duration of the fault. */
    Duration lasts();

    void begin() throws Exception;

    void heal() throws Exception;
}
