/** pgvigil's own vitals: event loops, the pulse of the watch, deadlocks. Nothing here depends on how a database is. */
@NullMarked
package dev.pgvigil.self;

import org.jspecify.annotations.NullMarked;
