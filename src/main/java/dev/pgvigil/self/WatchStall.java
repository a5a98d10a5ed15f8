package dev.pgvigil.self;

import java.time.Duration;

/**
 * The time for which monitoring has produced no heartbeat.
 *
 * @param lasted time without a new heartbeat of any target, answered or failed
 * @param interval shortest configured heartbeat interval; zero: none is configured
 */
public record WatchStall(Duration lasted, Duration interval) {}
