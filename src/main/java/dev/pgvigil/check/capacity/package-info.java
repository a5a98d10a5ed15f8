/** Checks of limited resources: connection slots. */
@NullMarked
package dev.pgvigil.check.capacity;

import org.jspecify.annotations.NullMarked;
