package dev.pgvigil.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits failed sign-ins: ten for each client and for each named user, and one more every 30 s. A sign-in that succeeds costs
 * nothing. Bounded; the client that was quiet for longest is forgotten first. Thread-safe.
 */
@Singleton
final class SignInLimit {

    static final int FAILURES = 10;
    static final Duration REFILL = Duration.ofSeconds(30);

    private static final int MOST = 10_000;

    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    private synchronized Bucket bucket(String key) {
        return buckets.computeIfAbsent(
                key,
                first -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(FAILURES).refillGreedy(1, REFILL))
                        .build());
    }

    /** The time until another attempt is allowed; zero: now, and it is counted until {@link #succeeded}. */
    Duration attempt(String client, String user) {
        ConsumptionProbe ofClient = bucket("client " + client).tryConsumeAndReturnRemaining(1);
        if (!ofClient.isConsumed()) {
            return Duration.ofNanos(ofClient.getNanosToWaitForRefill());
        }
        if (user.isEmpty()) {
            // The one token cannot be guessed; a limit for all clients together would let anybody lock its holder out.
            return Duration.ZERO;
        }
        ConsumptionProbe ofUser = bucket("user " + user).tryConsumeAndReturnRemaining(1);
        return ofUser.isConsumed() ? Duration.ZERO : Duration.ofNanos(ofUser.getNanosToWaitForRefill());
    }

    void succeeded(String client, String user) {
        bucket("client " + client).addTokens(1);
        if (!user.isEmpty()) {
            bucket("user " + user).addTokens(1);
        }
    }
}
