/**
 * The fault corpus: faults that must be found and busy, healthy workloads on which nothing may be found, each on a real server
 * watched by the whole service. The cases stand beside the checks, as implementations of {@link dev.pgvigil.corpus.Corpus}.
 */
@NullMarked
package dev.pgvigil.corpus;

import org.jspecify.annotations.NullMarked;
