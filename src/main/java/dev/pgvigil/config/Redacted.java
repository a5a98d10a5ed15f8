package dev.pgvigil.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Formats user input for messages: one short line, without anything that may contain a password. */
public final class Redacted {

    private static final int MAX = 60;
    /** Replaces what may be a secret. */
    static final String MASKED = "\"***\"";

    private static final Pattern PLAIN_KEY = Pattern.compile("[\\p{L}\\p{N} ._*-]{1," + MAX + "}");

    private Redacted() {}

    /** A value in quotes. Connection strings are masked. */
    public static String value(String text) {
        return text.contains("://") ? MASKED : '"' + escaped(text) + '"';
    }

    /**
     * A file name in quotes. A secret in the wrong place may contain slashes and dots, so a name is masked unless its folder
     * exists.
     *
     * @param folder base of relative names
     */
    public static String file(Path folder, String name) {
        return leadsSomewhere(folder, name) ? value(name) : MASKED;
    }

    private static boolean leadsSomewhere(Path folder, String name) {
        try {
            Path path = folder.resolve(name);
            Path written = Path.of(name);
            Path top = path.getRoot();
            Path begin = written.isAbsolute() && top != null ? top : folder;
            return Files.exists(path)
                    || (written.getNameCount() > 1 && Files.isDirectory(begin.resolve(written.getName(0))));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** A URL in quotes. It is masked if it contains user information, which may include a password. */
    static String address(String text) {
        return text.contains("@") ? MASKED : '"' + escaped(text) + '"';
    }

    /** A key; {@code ?} if it contains characters that keys do not have. */
    static String key(String text) {
        return PLAIN_KEY.matcher(text).matches() || text.equals("<<") ? text : "?";
    }

    private static String escaped(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(MAX).forEach(c -> {
            if (printable(c)) {
                line.appendCodePoint(c);
            } else {
                line.append(String.format("\\u%04x", c));
            }
        });
        return text.codePointCount(0, text.length()) > MAX ? line + "…" : line.toString();
    }

    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
