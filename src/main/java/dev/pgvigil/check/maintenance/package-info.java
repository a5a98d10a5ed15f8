/** Checks of vacuum and what prevents it: wraparound, the xmin horizon, dead rows, bloat; and of settings. */
@NullMarked
package dev.pgvigil.check.maintenance;

import org.jspecify.annotations.NullMarked;
