/** Checks of the schema of a database: its indexes, and indexes that are missing. */
@NullMarked
package dev.pgvigil.check.schema;

import org.jspecify.annotations.NullMarked;
