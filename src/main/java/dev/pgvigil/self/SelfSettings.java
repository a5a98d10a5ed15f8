package dev.pgvigil.self;

import java.time.Duration;

/**
 * The bounds of pgvigil's own health.
 *
 * @param eventLoopStuckAfter lateness of an event loop's tick from which the loop counts as stuck
 * @param watchSilentAfter time without any new heartbeat from which the watch counts as stuck; never less than twelve
 *     times the shortest interval that is configured between heartbeats
 * @param firstPassGrace time after which readiness no longer waits for the first pass over the fleet
 */
public record SelfSettings(Duration eventLoopStuckAfter, Duration watchSilentAfter, Duration firstPassGrace) {}
