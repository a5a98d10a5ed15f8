/** pgvigil: the health service for PostgreSQL fleets. */
@NullMarked
package dev.pgvigil;

import org.jspecify.annotations.NullMarked;
