/** The log: lines without secrets and without values from databases, as JSON or as text. */
@NullMarked
package dev.pgvigil.log;

import org.jspecify.annotations.NullMarked;
