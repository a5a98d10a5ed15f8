/**
 * pgvigil's own health: event loops, activity of the monitor, deadlocks. Nothing here depends on the state of a
 * database.
 */
@NullMarked
package dev.pgvigil.self;

import org.jspecify.annotations.NullMarked;
