package dev.pgvigil.slo;

import java.time.Instant;

/** A complete hour of an objective of a target, for the store. */
record SloHour(Instant at, String slo, String target, Counts counts) {

    static final int SECONDS = 3_600;
}
