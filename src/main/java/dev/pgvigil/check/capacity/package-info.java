/** Checks of what can run out: connection slots. */
@NullMarked
package dev.pgvigil.check.capacity;

import org.jspecify.annotations.NullMarked;
