/** Changes of the fleet as server-sent events. A reader that is too slow is dropped, never waited for. */
@NullMarked
package dev.pgvigil.watch.events;

import org.jspecify.annotations.NullMarked;
