package dev.pgvigil.check;

import static dev.pgvigil.check.CapabilityAdvice.grantConnect;

import dev.pgvigil.target.Failure;
import dev.pgvigil.target.Target;
import java.util.List;

/** What to do when a database cannot even be asked what there is. Pure. */
final class FailureAdvice {

    private static final String NO_DATABASE = "3D000";

    private FailureAdvice() {}

    /** Nothing where the whole server is out of reach: the heartbeat says that. */
    static List<Finding> of(Failure failure, Target target) {
        if (NO_DATABASE.equals(failure.sqlState())) {
            return List.of(finding("database", "the database does not exist", failure, target)
                    .cause("It was dropped or renamed, or the target names another one.")
                    .action("Correct or remove the target, or create the database."));
        }
        return switch (failure.reason()) {
            case AUTH -> List.of(auth(failure, target));
            case PERMISSION -> List.of(permission(failure, target));
            case CAPACITY -> List.of(capacity(failure, target));
            case TLS ->
                List.of(finding("tls", "no encrypted session", failure, target)
                        .cause("The server's certificate does not pass the target's sslmode, or the server has no TLS.")
                        .action("Compare sslmode and sslrootcert of the target with the server's certificate: who "
                                + "signed it, for which host name, until when."));
            case UNSUPPORTED ->
                List.of(finding("unsupported", "the server cannot answer pgvigil", failure, target)
                        .cause("Its version, its role or a pooler between lacks what pgvigil asks for.")
                        .action("Have the target point at a PostgreSQL server of version 14 or newer itself."));
            case CONNECT -> List.of();
            case TIMEOUT, QUERY, LOCAL -> Unanswered.of(Capabilities.NAME, failure);
        };
    }

    private static Finding auth(Failure failure, Target target) {
        return finding("auth", "the login is refused", failure, target)
                .cause(
                        "Role, password or pg_hba.conf: the password was changed, has expired, or no line of pg_hba.conf "
                                + "lets this role from this address into this database.")
                .action("Correct the target's user and password, or add a line to pg_hba.conf for role "
                        + target.server().user() + " and reload. What stands there now:")
                .sql("select line_number, type, database, user_name, address, auth_method, error from "
                        + "pg_hba_file_rules order by line_number");
    }

    private static Finding permission(Failure failure, Target target) {
        return finding("permission", "a grant is missing", failure, target)
                .cause("CONNECT on this database was revoked from PUBLIC, or from pgvigil's role.")
                .action("Grant it, as the database's owner.")
                .sql(grantConnect(target.database(), target.server().user()));
    }

    private static Finding capacity(Failure failure, Target target) {
        return finding("capacity", "no connection slot is left for pgvigil", failure, target)
                .cause("The server, the database or pgvigil's role has reached its connection limit.")
                .action(
                        "Make room (see the check connections). On PostgreSQL 16 and newer set reserved_connections and "
                                + "grant pg_use_reserved_connections; a limit of pgvigil's own role should be 8 at least.")
                .sql("select rolname, rolconnlimit from pg_roles where rolconnlimit >= 0");
    }

    /** Unknown: the database may be well, but pgvigil cannot look. */
    private static Finding finding(String key, String title, Failure failure, Target target) {
        return Finding.of(
                Capabilities.NAME,
                key,
                Status.UNKNOWN,
                Severity.HIGH,
                title,
                "No session to database " + target.database() + ": " + failure.message());
    }
}
