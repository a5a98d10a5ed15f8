package dev.pgvigil.backup.format;

import java.io.IOException;

/** A file is not what its format says. */
public final class FormatException extends IOException {

    private static final long serialVersionUID = 1;

    private final Damage.Kind kind;

    public FormatException(Damage.Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Damage.Kind kind() {
        return kind;
    }

    /** This as damage of a file. */
    public Damage at(String file) {
        return new Damage(kind, file, String.valueOf(getMessage()));
    }
}
