/**
 * The monitoring loop: runs the checks at their intervals within deadlines and budget, and publishes results to the
 * state.
 */
@NullMarked
package dev.pgvigil.monitor;

import org.jspecify.annotations.NullMarked;
