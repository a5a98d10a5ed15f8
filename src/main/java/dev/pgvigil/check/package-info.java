/** The contract of checks. The checks are in the subpackages by area: one file per check, with its helpers next to it. */
@NullMarked
package dev.pgvigil.check;

import org.jspecify.annotations.NullMarked;
