/** Fleet events as server-sent events. A client that is too slow is disconnected, never waited for. */
@NullMarked
package dev.pgvigil.state.events;

import org.jspecify.annotations.NullMarked;
