/** The last hour of each server, in memory. */
@NullMarked
package dev.pgvigil.history;

import org.jspecify.annotations.NullMarked;
