/**
 * Several replicas of pgvigil that share a fleet through Redis: which of them watches which server, what each has observed, and
 * results that are worth keeping for all. Without Redis nothing of this runs.
 */
@NullMarked
package dev.pgvigil.cluster;

import org.jspecify.annotations.NullMarked;
