/** The latest state of the fleet: one immutable snapshot, and the events of its changes. */
@NullMarked
package dev.pgvigil.state;

import org.jspecify.annotations.NullMarked;
