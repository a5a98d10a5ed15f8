/** What holds for the whole code base. */
@NullMarked
package dev.pgvigil;

import org.jspecify.annotations.NullMarked;
