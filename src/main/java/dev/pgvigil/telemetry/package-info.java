/** Metrics and traces for Prometheus and OpenTelemetry: series of the fleet and of pgvigil itself, built on request. */
@NullMarked
package dev.pgvigil.telemetry;

import org.jspecify.annotations.NullMarked;
