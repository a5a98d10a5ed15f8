/** The public status page: what outsiders may know of components, with their history, and feeds. */
@NullMarked
package dev.pgvigil.status;

import org.jspecify.annotations.NullMarked;
