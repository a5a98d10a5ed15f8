package dev.pgvigil.watch;

import dev.pgvigil.check.Evidence;
import dev.pgvigil.check.Finding;
import java.time.Instant;
import java.util.List;

/**
 * One judgement on its way into a {@link Ledger}.
 *
 * @param source the check, or the fact that it is not answered
 */
record Recorded(String source, Evidence evidence, List<Finding> findings, Instant at) {}
