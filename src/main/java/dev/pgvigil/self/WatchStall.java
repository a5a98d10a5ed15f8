package dev.pgvigil.self;

import java.time.Duration;

/**
 * How long the watch has been silent.
 *
 * @param lasted time without a new heartbeat of any target, answered or failed
 * @param interval the shortest configured between two heartbeats of a target; zero: none is configured
 */
public record WatchStall(Duration lasted, Duration interval) {}
