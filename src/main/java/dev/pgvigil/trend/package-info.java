/** Growth, forecasts and anomalies, from the history that the store keeps. */
@NullMarked
package dev.pgvigil.trend;

import org.jspecify.annotations.NullMarked;
