package dev.pgvigil.postgres;

/** Carries a {@link Failure} through a {@code Uni}; the monitor turns it back into a value. */
public class FailureException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    public FailureException(Failure failure) {
        super(failure.reason() + ": " + failure.message(), null, false, false);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
