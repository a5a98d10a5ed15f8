package dev.pgvigil.monitor;

import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import java.time.Instant;
import java.util.List;

/**
 * One judgement on its way into a {@link FindingTracker}.
 *
 * @param source the check, or the fact that it is not answered
 */
record EvaluationResult(String source, Debounce evidence, List<Finding> findings, Instant at) {}
