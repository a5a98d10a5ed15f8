package dev.pgvigil;

import dev.pgvigil.config.CheckConfig;
import dev.pgvigil.postgres.Grants;
import dev.pgvigil.store.StoreCommand;
import dev.pgvigil.security.SecurityCommands;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** Starts the service, or runs one of the commands that go without it. */
@QuarkusMain
public final class Main {

    private static final int USAGE = 2;

    private Main() {}

    /**
     * Starts pgvigil.
     *
     * @param args none for the service; {@code check-config FILE} or another command, see the usage
     */
    public static void main(String... args) {
        List<String> rest = List.of(args).subList(Math.min(1, args.length), args.length);
        if (args.length == 0) {
            Quarkus.run(args);
        } else if (args[0].equals(CheckConfig.NAME)) {
            System.exit(CheckConfig.run(rest, System.out, System.err));
        } else if (args[0].equals(Grants.NAME)) {
            System.exit(Grants.run(rest, System.out, System.err));
        } else if (args[0].equals(StoreCommand.NAME)) {
            System.exit(StoreCommand.run(rest, System.out, System.err));
        } else if (args[0].equals(SecurityCommands.HASH)) {
            System.exit(SecurityCommands.hash(System.out, System.err));
        } else if (args[0].equals(SecurityCommands.TOKEN)) {
            System.exit(SecurityCommands.token(System.out));
        } else if (args[0].equals(SecurityCommands.AUDIT)) {
            System.exit(SecurityCommands.audit(rest, System.out, System.err));
        } else {
            System.err.println("""
                    usage: pgvigil                     starts the service
                           pgvigil check-config FILE   checks a configuration file
                           pgvigil grants [LEVEL]      prints the SQL script of grants: L0, L1 or L2
                           pgvigil store VERB [FILE]   status, migrate, prune or export of the store
                           pgvigil hash-password       reads a password and prints its hash for security.users
                           pgvigil new-token           prints a new API token and its hash for security.tokens
                           pgvigil audit verify FILE   verifies that an audit log is whole""");
            System.exit(USAGE);
        }
    }
}
