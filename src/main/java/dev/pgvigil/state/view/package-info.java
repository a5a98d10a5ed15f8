/** Reads the fleet over HTTP. Every answer comes from the latest snapshot, save a heartbeat on demand. */
@NullMarked
package dev.pgvigil.state.view;

import org.jspecify.annotations.NullMarked;
