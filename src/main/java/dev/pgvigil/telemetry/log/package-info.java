/** The log: lines without secrets and without values from databases, as JSON or as text. */
@NullMarked
package dev.pgvigil.telemetry.log;

import org.jspecify.annotations.NullMarked;
