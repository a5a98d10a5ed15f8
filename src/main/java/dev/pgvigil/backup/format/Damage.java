package dev.pgvigil.backup.format;

/**
 * Something that is wrong with a backup or with WAL.
 *
 * @param where file, or file and position
 * @param text a phrase for people
 */
public record Damage(Kind kind, String where, String text) {

    /** What is wrong. */
    public enum Kind {
        MISSING,
        UNLISTED,
        WRONG_SIZE,
        WRONG_CHECKSUM,
        BAD_MANIFEST,
        BAD_CATALOGUE,
        BAD_ARCHIVE,
        WRONG_SYSTEM,
        WRONG_TIMELINE,
        WAL_GAP,
        BAD_WAL,
        HOSTILE,
        UNREADABLE
    }

    @Override
    public String toString() {
        return where + ": " + text;
    }
}
