package dev.pgvigil.backup.format;

import java.nio.file.Path;

/** Names from archives and manifests, which may have been written by somebody else. */
public final class ArchivePath {

    private static final int LONGEST = 1024;

    private ArchivePath() {}

    /**
     * A name without a leading {@code ./} and a trailing {@code /}.
     *
     * @throws FormatException if it is absolute, has a part {@code ..} or characters that no file of PostgreSQL has
     */
    public static String safe(String name) throws FormatException {
        String path = name.startsWith("./") ? name.substring(2) : name;
        if (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        boolean odd = path.chars().anyMatch(c -> c < ' ' || c == '\\' || c == 127);
        if (path.length() > LONGEST || odd || path.startsWith("/")) {
            throw hostile(name);
        }
        for (String part : path.split("/", -1)) {
            if (part.equals("..") || part.equals(".") || (part.isEmpty() && !path.isEmpty())) {
                throw hostile(name);
            }
        }
        return path;
    }

    /** A safe name below a directory. */
    public static Path below(Path directory, String name) throws FormatException {
        Path path = directory.resolve(safe(name)).normalize();
        if (!path.startsWith(directory)) {
            throw hostile(name);
        }
        return path;
    }

    private static FormatException hostile(String name) {
        String shown = name.length() <= 100 ? name : name.substring(0, 100) + "…";
        return new FormatException(
                Damage.Kind.HOSTILE,
                "the name \"" + shown.replaceAll("\\p{Cntrl}", "?") + "\" leads out of the backup or is not a name");
    }
}
