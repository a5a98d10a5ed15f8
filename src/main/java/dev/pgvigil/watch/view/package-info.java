/** Reading the fleet over HTTP: everything here answers from the latest snapshot, save a heartbeat on demand. */
@NullMarked
package dev.pgvigil.watch.view;

import org.jspecify.annotations.NullMarked;
