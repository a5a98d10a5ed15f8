/** The store: a PostgreSQL database of pgvigil's own, which keeps history and audit rows. Optional. */
@NullMarked
package dev.pgvigil.store;

import org.jspecify.annotations.NullMarked;
