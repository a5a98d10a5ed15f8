package dev.pgvigil.self;

import java.time.Duration;

/**
 * The lag of one event loop.
 *
 * @param loop its number, from 0
 * @param thread name of its thread, as in a thread dump
 * @param late current delay of the next tick; zero: on time
 * @param peak highest delay of the last 30 to 60 seconds, including the current one
 */
public record LoopLag(int loop, String thread, Duration late, Duration peak) {}
