/** What goes out to Prometheus and OpenTelemetry: the series of the fleet and of pgvigil itself, made when asked for. */
@NullMarked
package dev.pgvigil.export;

import org.jspecify.annotations.NullMarked;
