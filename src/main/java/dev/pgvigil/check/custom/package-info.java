/** Checks that users write in SQL, in the format of postgres_exporter's {@code queries.yaml}. */
@NullMarked
package dev.pgvigil.check.custom;

import org.jspecify.annotations.NullMarked;
