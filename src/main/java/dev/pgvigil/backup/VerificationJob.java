package dev.pgvigil.backup;

import dev.pgvigil.backup.verify.Progress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A verification of one repository, on demand or by the schedule. Written by its thread, read by any. */
final class VerificationJob {

    private final long id;
    private final String repository;
    private final @Nullable String backup;
    private final @Nullable Instant moment;
    private final Instant requestedAt;
    private final Progress progress = new Progress();
    private volatile State state = State.WAITING;
    private volatile @Nullable Instant endedAt;
    private volatile String message = "";

    /** How far it is. */
    enum State {
        WAITING,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    /**
     * A run that waits.
     *
     * @param backup only this one; null: those that need it
     * @param moment to recover to; null: chosen
     */
    VerificationJob(
            long id, String repository, @Nullable String backup, @Nullable Instant moment, Instant requestedAt) {
        this.id = id;
        this.repository = repository;
        this.backup = backup;
        this.moment = moment;
        this.requestedAt = requestedAt;
    }

    void begin() {
        state = State.RUNNING;
    }

    void end(State result, String text, Instant now) {
        message = text;
        endedAt = now;
        state = result;
    }

    boolean ended() {
        return endedAt != null;
    }

    long id() {
        return id;
    }

    String repository() {
        return repository;
    }

    @Nullable
    String backup() {
        return backup;
    }

    @Nullable
    Instant moment() {
        return moment;
    }

    Instant requestedAt() {
        return requestedAt;
    }

    Progress progress() {
        return progress;
    }

    State state() {
        return state;
    }

    @Nullable
    Instant endedAt() {
        return endedAt;
    }

    String message() {
        return message;
    }
}
