/** The targets: monitored databases, their configuration, discovery and thresholds. */
@NullMarked
package dev.pgvigil.target;

import org.jspecify.annotations.NullMarked;
