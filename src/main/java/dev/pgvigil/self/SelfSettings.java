package dev.pgvigil.self;

import java.time.Duration;

/**
 * Limits of pgvigil's own health checks.
 *
 * @param eventLoopStuckAfter lag from which an event loop counts as stuck
 * @param watchSilentAfter time without a new heartbeat from which monitoring counts as stuck; never less than twelve
 *     times the shortest configured heartbeat interval
 * @param firstPassGrace time after which readiness no longer waits for the first heartbeat of every target
 */
public record SelfSettings(Duration eventLoopStuckAfter, Duration watchSilentAfter, Duration firstPassGrace) {}
