/** Schema migrations: the histories that migration tools keep in the watched databases. */
@NullMarked
package dev.pgvigil.migration;

import org.jspecify.annotations.NullMarked;
