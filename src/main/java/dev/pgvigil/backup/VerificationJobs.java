package dev.pgvigil.backup;

import dev.pgvigil.http.ProblemException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The latest verifications: those that wait, the one that runs, and those that have ended. Bounded, thread-safe. */
final class VerificationJobs {

    private static final int MOST = 100;
    private static final int MOST_WAITING = 20;

    private final Deque<VerificationJob> jobs = new ArrayDeque<>();
    private long last;

    /**
     * Adds one that waits.
     *
     * @throws ProblemException with status 409 if one of this repository has not ended, or too many have not
     */
    synchronized VerificationJob add(
            String repository, @Nullable String backup, @Nullable Instant moment, Instant now) {
        List<VerificationJob> open = jobs.stream().filter(job -> !job.ended()).toList();
        boolean same = open.stream().anyMatch(job -> job.repository().equals(repository));
        if (same || open.size() >= MOST_WAITING) {
            throw ProblemException.of(
                            409, same ? "a verification of this repository is waiting or running" : "too many wait")
                    .header("Retry-After", "60");
        }
        VerificationJob job = new VerificationJob(++last, repository, backup, moment, now);
        jobs.addFirst(job);
        while (jobs.size() > MOST) {
            jobs.removeLast();
        }
        return job;
    }

    /** The latest, newest first. */
    synchronized List<VerificationJob> latest() {
        return List.copyOf(jobs);
    }

    /** Cancels those that have not ended; false: there are none. */
    boolean cancel(Predicate<VerificationJob> which) {
        List<VerificationJob> open =
                latest().stream().filter(job -> !job.ended() && which.test(job)).toList();
        open.forEach(job -> job.progress().cancel());
        return !open.isEmpty();
    }
}
