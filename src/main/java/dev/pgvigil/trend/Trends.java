package dev.pgvigil.trend;

import java.time.Duration;
import java.time.ZoneId;

/**
 * The configuration of trends.
 *
 * @param every time between two passes over all targets
 * @param zone whose hours of the week are compared
 * @param growth share of the present value a day, from which growth is a finding
 */
record Trends(boolean enabled, Duration every, ZoneId zone, double growth) {}
