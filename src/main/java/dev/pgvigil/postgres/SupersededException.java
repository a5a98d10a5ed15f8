package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;

/**
 * A statement was not answered in time, or waited behind one, and another session was opened meanwhile: the server answers. To be
 * sent again on that session.
 */
public final class SupersededException extends FailureException {

    private static final long serialVersionUID = 1;

    SupersededException() {
        super(Failure.of(Reason.TIMEOUT, "no answer in time; the session was replaced"));
    }
}
