/** Growth of what may run out, from the observations of other checks. */
@NullMarked
package dev.pgvigil.check.forecast;

import org.jspecify.annotations.NullMarked;
