/** The loop: runs the checks at their cadence within deadlines and budget, and keeps the latest state of the fleet. */
@NullMarked
package dev.pgvigil.watch;

import org.jspecify.annotations.NullMarked;
