/**
 * The contract of checks. The catalogue is in the sub-packages, by area: one file a check, with its helpers beside
 * it.
 */
@NullMarked
package dev.pgvigil.check;

import org.jspecify.annotations.NullMarked;
