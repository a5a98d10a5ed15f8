package dev.pgvigil;

import dev.pgvigil.alert.TestAlert;
import dev.pgvigil.config.CheckConfig;
import dev.pgvigil.postgres.Grants;
import dev.pgvigil.security.SecurityCommands;
import dev.pgvigil.store.StoreCommand;
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
     * @param args none for the service; otherwise a command and its arguments, see the usage
     */
    public static void main(String... args) {
        if (args.length == 0) {
            Quarkus.run(args);
        } else {
            System.exit(command(args[0], List.of(args).subList(1, args.length)));
        }
    }

    private static int command(String name, List<String> rest) {
        return switch (name) {
            case CheckConfig.NAME -> CheckConfig.run(rest, System.out, System.err);
            case Grants.NAME -> Grants.run(rest, System.out, System.err);
            case StoreCommand.NAME -> StoreCommand.run(rest, System.out, System.err);
            case TestAlert.NAME -> TestAlert.run(rest, System.out, System.err);
            case SecurityCommands.HASH -> SecurityCommands.hash(System.out, System.err);
            case SecurityCommands.TOKEN -> SecurityCommands.token(System.out);
            case SecurityCommands.AUDIT -> SecurityCommands.audit(rest, System.out, System.err);
            default -> usage();
        };
    }

    private static int usage() {
        System.err.println("""
                usage: pgvigil                             starts the service
                       pgvigil check-config FILE           checks a configuration file
                       pgvigil grants [LEVEL]              prints the SQL script of grants: L0, L1 or L2
                       pgvigil store VERB [FILE]           status, migrate, prune or export of the store
                       pgvigil test-alert RECEIVER [FILE]  sends a test to a receiver of alerts
                       pgvigil hash-password               reads a password and prints its hash for security.users
                       pgvigil new-token                   prints a new API token and its hash for security.tokens
                       pgvigil audit verify FILE           verifies that an audit log is whole""");
        return USAGE;
    }
}
