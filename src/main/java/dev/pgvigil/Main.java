package dev.pgvigil;

import dev.pgvigil.config.CheckConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** Starts the service, or runs the one command that goes without it. */
@QuarkusMain
public final class Main {

    private static final int USAGE = 2;

    private Main() {}

    /**
     * Starts pgvigil.
     *
     * @param args none for the service; {@code check-config FILE} for the command
     */
    public static void main(String... args) {
        if (args.length == 0) {
            Quarkus.run(args);
        } else if (args[0].equals(CheckConfig.NAME)) {
            List<String> rest = List.of(args).subList(1, args.length);
            System.exit(CheckConfig.run(rest, System.out, System.err));
        } else {
            System.err.println("usage: pgvigil                     starts the service\n"
                    + "       pgvigil check-config FILE   checks a configuration file");
            System.exit(USAGE);
        }
    }
}
