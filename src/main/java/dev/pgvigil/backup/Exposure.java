package dev.pgvigil.backup;

import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.WrittenWal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * How much would be lost if the server were lost now: what it has committed after the last moment that its archive can recover. Not thread-safe.
 */
final class Exposure {

    private static final int MOST = 4_000;

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(Instant at, long position) {}

    /** Records how far the server had written WAL. */
    void observe(Instant at, WrittenWal written) {
        Long position = written.walPosition();
        if (position != null && (samples.isEmpty() || at.isAfter(samples.getLast().at))) {
            samples.addLast(new Sample(at, position));
            if (samples.size() > MOST) {
                samples.removeFirst();
            }
        }
    }

    /**
     * The age of what would be lost.
     *
     * @param latest the latest observation of the server; null: none, so that time counts from the last commit in the archive
     * @return null if the archive recovers nothing
     */
    @Nullable
    Duration of(Reach reach, @Nullable WrittenWal latest, Instant now) {
        if (reach.end() == null) {
            return null;
        }
        Instant recoverable = reach.last() == null ? null : reach.last().time();
        Instant committed = latest == null ? null : latest.lastCommit();
        if (committed != null) {
            return recoverable == null
                    ? since(reach, now)
                    : committed.isAfter(recoverable) ? Duration.between(recoverable, committed) : Duration.ZERO;
        }
        Long position = latest == null ? null : latest.walPosition();
        if (position != null && position <= reach.end().value()) {
            return Duration.ZERO;
        }
        Duration seen = since(reach, now);
        Duration byCommit = recoverable == null ? null : positive(Duration.between(recoverable, now));
        return seen != null && (byCommit == null || seen.compareTo(byCommit) < 0) ? seen : byCommit;
    }

    /** Since the last time at which the server had written no more than the archive has. */
    private @Nullable Duration since(Reach reach, Instant now) {
        Instant last = null;
        for (Sample sample : samples) {
            if (reach.end() != null && sample.position <= reach.end().value()) {
                last = sample.at;
            }
        }
        return last == null ? null : positive(Duration.between(last, now));
    }

    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }
}
