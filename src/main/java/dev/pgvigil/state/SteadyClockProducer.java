package dev.pgvigil.state;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Gives {@link SteadyClock} to those that come before the state, such as the configuration. */
final class SteadyClockProducer {

    @Produces
    @Singleton
    InstantSource clock() {
        return SteadyClock::now;
    }
}
