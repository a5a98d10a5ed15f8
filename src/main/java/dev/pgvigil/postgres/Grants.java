package dev.pgvigil.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The command {@code grants [LEVEL]}: prints the SQL script that gives pgvigil's role what a level needs, and no more. */
public final class Grants {

    public static final String NAME = "grants";

    private static final int PRINTED = 0;
    private static final int USAGE = 2;

    private Grants() {}

    /** What pgvigil may see of a server. Each level adds to the one before it. */
    public enum Level {
        /** Statistics, sessions and settings: all checks but those of the other levels. */
        L0("grants.sql"),
        /** The histories of migration tools. */
        L1("grants-l1.sql"),
        /** The generic plans of statements. */
        L2("grants-l2.sql");

        private final String file;

        Level(String file) {
            this.file = file;
        }

        /** The script, for a role named {@code pgvigil}. */
        public String script() {
            try (InputStream in = Grants.class.getResourceAsStream("/grants/" + file)) {
                if (in == null) {
                    throw new IllegalStateException("the resource grants/" + file + " is missing");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Runs the command.
     *
     * @param args arguments after the name of the command
     * @return the exit status: 0 if a script was printed, 2 for wrong usage
     */
    public static int run(List<String> args, PrintStream out, PrintStream err) {
        Optional<Level> level = args.isEmpty()
                ? Optional.of(Level.L0)
                : Arrays.stream(Level.values())
                        .filter(known -> known.name().equals(args.getFirst().toUpperCase(Locale.ROOT)))
                        .findFirst();
        if (level.isEmpty() || args.size() > 1) {
            err.println("usage: pgvigil grants [L0|L1|L2]");
            return USAGE;
        }
        out.print(level.get().script());
        out.flush();
        return PRINTED;
    }
}
