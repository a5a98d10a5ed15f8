package dev.pgvigil.self;

import java.time.Duration;

/**
 * How late one event loop is.
 *
 * @param loop its number, from 0
 * @param thread name of its thread, as in a thread dump
 * @param late how much later than due its next tick is, at this moment; zero: on time
 * @param peak the worst of the last half to whole minute, this moment included
 */
public record LoopLag(int loop, String thread, Duration late, Duration peak) {}
