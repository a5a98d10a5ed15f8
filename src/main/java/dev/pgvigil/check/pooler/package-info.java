/** Checks of the connection pooler in front of a server. */
@NullMarked
package dev.pgvigil.check.pooler;

import org.jspecify.annotations.NullMarked;
