/** The entry point; each feature has its package below. */
@NullMarked
package dev.pgvigil;

import org.jspecify.annotations.NullMarked;
