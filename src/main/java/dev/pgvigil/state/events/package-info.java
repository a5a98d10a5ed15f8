/** Fleet events as server-sent events. A client that is too slow is disconnected. */
@NullMarked
package dev.pgvigil.state.events;

import org.jspecify.annotations.NullMarked;
