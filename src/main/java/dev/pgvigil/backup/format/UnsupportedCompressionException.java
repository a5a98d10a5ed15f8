package dev.pgvigil.backup.format;

import java.io.IOException;

/** A file can only be read by other software; nothing is said about its content. */
public final class UnsupportedCompressionException extends IOException {

    private static final long serialVersionUID = 1;

    UnsupportedCompressionException(String message) {
        super(message);
    }
}
