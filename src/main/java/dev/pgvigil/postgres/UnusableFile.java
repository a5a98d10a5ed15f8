package dev.pgvigil.postgres;

/** A file was read but is not usable; the message completes "the file …". */
final class UnusableFile extends Exception {

    private static final long serialVersionUID = 1;

    UnusableFile(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
