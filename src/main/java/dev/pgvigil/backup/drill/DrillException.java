package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.verify.Verdict;

/** A drill that cannot go on. */
final class DrillException extends Exception {

    private static final long serialVersionUID = 1;

    private final Verdict verdict;

    DrillException(Verdict verdict, String message) {
        super(message);
        this.verdict = verdict;
    }

    static DrillException failed(String message) {
        return new DrillException(Verdict.FAILED, message);
    }

    Verdict verdict() {
        return verdict;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
