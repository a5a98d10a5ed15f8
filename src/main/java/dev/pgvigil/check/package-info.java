/** The catalogue of checks: each asks one question, judges the answer and says what to do. One file each. */
@NullMarked
package dev.pgvigil.check;

import org.jspecify.annotations.NullMarked;
