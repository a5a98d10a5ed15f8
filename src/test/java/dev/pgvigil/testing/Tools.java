package dev.pgvigil.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Programs that some tests run. Without its program a test is skipped; if {@code PGVIGIL_REQUIRE_TOOLS} is {@code true}, it
 * fails, so that no test is skipped permanently unnoticed.
 *
 * @param path the directories to search
 * @param required whether a missing program is a failure
 */
public record Tools(String path, boolean required) {

    private static final Tools HERE =
            new Tools(System.getenv().getOrDefault("PATH", ""), "true".equals(System.getenv("PGVIGIL_REQUIRE_TOOLS")));

    /** Whether this machine has the program, by name or path. */
    public static boolean installed(String program) {
        return HERE.have(program);
    }

    /** The same, for a program that may be missing everywhere. */
    public static boolean onPath(String program) {
        return new Tools(HERE.path, false).have(program);
    }

    /** Skips the calling test if this machine does not have the program. */
    public static void assume(String program) {
        assumeTrue(installed(program), program + " is not installed");
    }

    boolean have(String program) {
        boolean found = Arrays.stream(path.split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
        if (!found && required) {
            throw new IllegalStateException(program + " is not installed, and PGVIGIL_REQUIRE_TOOLS is true");
        }
        return found;
    }
}
