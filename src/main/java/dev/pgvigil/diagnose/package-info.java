/** Diagnoses on demand: connectivity, prerequisites of a job, performance of queries. */
@NullMarked
package dev.pgvigil.diagnose;

import org.jspecify.annotations.NullMarked;
