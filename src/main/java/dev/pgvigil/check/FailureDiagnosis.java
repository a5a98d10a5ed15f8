package dev.pgvigil.check;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What keeps pgvigil from a session to a database, and what to do about it. By the server's code where it gave one; its text
 * is asked only for what the code leaves open, and then for names, as it may be in any language. Pure.
 *
 * @param key what kind it is, in kebab-case
 */
public record FailureDiagnosis(
        String key,
        String title,
        String cause,
        String action,
        @Nullable String sql) {

    private static final Set<String> OF_A_DATABASE = Set.of("3D000", "42501", "55000");

    private static final String HOLDERS = """
            select usename, application_name, client_addr, state, count(*) from pg_stat_activity where %s \
            group by 1, 2, 3, 4 order by 5 desc""";

    private FailureDiagnosis(String key, String title, String cause, String action) {
        this(key, title, cause, action, null);
    }

    public static FailureDiagnosis of(Failure failure, Target target) {
        String database = target.database();
        String state = failure.sqlState() == null ? "" : failure.sqlState();
        if (OF_A_DATABASE.contains(state) && !names(failure, database)) {
            return elsewhere();
        }
        return switch (state) {
            case "3D000" -> noDatabase(target);
            case "42501" -> noConnect(target);
            case "55000" -> closed(database, failure.message().contains("invalid database"));
            case "53300" -> full(failure, target);
            case "57P03" -> notYet();
            case "28000" -> failure.message().contains("pg_hba.conf") ? noLine(target) : noLogin(failure, target);
            case "28P01" -> login(target);
            case String none when none.isEmpty() && failure.reason() == Reason.AUTH -> refusedByUs(target);
            case String trigger
            when failure.reason() == Reason.AUTH && !trigger.isEmpty() && !trigger.startsWith("28") ->
                loginTrigger(target);
            case "40001", "40P01" -> cancelled();
            case String resources when resources.startsWith("53") || resources.startsWith("58") -> resources();
            case String other -> of(failure.reason(), target);
        };
    }

    /** Of a statement that the server ended for reasons of its own; null: by its code it did not. */
    public static @Nullable FailureDiagnosis ofStatement(Failure failure) {
        return switch (failure.sqlState() == null ? "" : failure.sqlState()) {
            case "53300" -> null;
            case "40001", "40P01" -> cancelled();
            case String resources when resources.startsWith("53") || resources.startsWith("58") -> resources();
            case String other -> null;
        };
    }

    private static FailureDiagnosis of(Reason reason, Target target) {
        return switch (reason) {
            case CONNECT ->
                new FailureDiagnosis(
                        "connect",
                        "no connection",
                        "The server is down, or the address is wrong, or something between refuses.",
                        "Start the server; if it runs, check host, port, listen_addresses and the firewall.");
            case TIMEOUT ->
                new FailureDiagnosis(
                        "timeout",
                        "no answer",
                        "The server or its host hangs, or the network drops what is sent.",
                        "Look at the host first: CPU, memory, storage; then at the network between.");
            case CAPACITY -> serverFull();
            case AUTH -> login(target);
            case TLS ->
                new FailureDiagnosis(
                        "tls",
                        "TLS failed",
                        "The certificate has expired, is for another name, or is not signed by a trusted CA; or the server "
                                + "has no TLS.",
                        "Renew the server's certificate, or correct sslmode and sslrootcert of the target: who signed it, "
                                + "for which host name, until when.");
            case UNSUPPORTED ->
                new FailureDiagnosis(
                        "unsupported",
                        "not PostgreSQL 14 or newer itself",
                        "What answers is an older PostgreSQL, a pooler such as PgBouncer, or another product: it lacks what "
                                + "pgvigil asks for, or does not take the settings that keep its sessions harmless.",
                        "Have the target point at a PostgreSQL server of version 14 or newer itself.");
            case PERMISSION, QUERY ->
                new FailureDiagnosis(
                        "refused",
                        "heartbeat failed",
                        "The server refuses the simplest query.",
                        "Run the query by hand as the same user.",
                        "select pg_is_in_recovery()");
            case LOCAL ->
                new FailureDiagnosis(
                        "local",
                        "pgvigil cannot look",
                        "pgvigil itself lacks a resource or has a defect; nothing is known of the server.",
                        "Raise the limit of open files of pgvigil, or see why its connections are all in use; report a "
                                + "defect.");
        };
    }

    private static FailureDiagnosis noDatabase(Target target) {
        return new FailureDiagnosis(
                "database",
                "database does not exist",
                "It was dropped or renamed, or the target's URL names another database or server.",
                "Correct the URL of target " + target.name() + " or remove it, or create the database. What there is:",
                "select datname from pg_database where datallowconn order by datname");
    }

    private static FailureDiagnosis noConnect(Target target) {
        return new FailureDiagnosis(
                "permission",
                "CONNECT is not granted",
                "CONNECT on this database was revoked from PUBLIC, or from pgvigil's role.",
                "Grant it, as the database's owner.",
                grantConnect(target.database(), target.server().user()));
    }

    public static FailureDiagnosis closed(String database, boolean invalid) {
        String name = Sql.identifier(database);
        return invalid
                ? new FailureDiagnosis(
                        "closed",
                        "database is invalid",
                        "A DROP DATABASE was interrupted.",
                        "Drop the database; restore it from a backup if it is still wanted.",
                        "drop database " + name)
                : new FailureDiagnosis(
                        "closed",
                        "database accepts no connections",
                        "Connections to it were switched off on purpose (datallowconn is false).",
                        "Allow connections again when what they were kept out for is done.",
                        "alter database " + name + " with allow_connections true");
    }

    private static FailureDiagnosis elsewhere() {
        return new FailureDiagnosis(
                "entrance",
                "no way into the server",
                "The server refuses one after the other of the databases that pgvigil watches there. This is what it said of "
                        + "the last.",
                "Put right what it says of that database; all are tried again in turn.");
    }

    private static FailureDiagnosis full(Failure failure, Target target) {
        String user = target.server().user();
        if (failure.message().contains("for role \"") || (names(failure, user) && !user.equals(target.database()))) {
            return new FailureDiagnosis(
                    "capacity",
                    "pgvigil's role is out of connections",
                    "The role's own connection limit is reached: more than one pgvigil, or somebody else too, logs in as "
                            + user + ".",
                    "Give each a role of its own, or raise the limit with ALTER ROLE … CONNECTION LIMIT; one pgvigil needs "
                            + "8. Who holds them:",
                    HOLDERS.formatted("usename = " + Sql.literal(user).strip()));
        }
        if (failure.message().contains("for database \"") || names(failure, target.database())) {
            return new FailureDiagnosis(
                    "capacity",
                    "database out of connections",
                    "The database's own connection limit is reached. Reserved slots do not help: only superusers pass it.",
                    "Close idle sessions or make pools smaller, or raise the limit with ALTER DATABASE … CONNECTION LIMIT. "
                            + "Who holds them:",
                    HOLDERS.formatted(
                            "datname = " + Sql.literal(target.database()).strip()));
        }
        return serverFull();
    }

    private static FailureDiagnosis serverFull() {
        return new FailureDiagnosis(
                "capacity",
                "out of connections",
                "Applications hold all connection slots.",
                "Close idle sessions or make pools smaller. On PostgreSQL 16 and newer set reserved_connections and grant "
                        + "pg_use_reserved_connections, so that pgvigil gets in when others do not. Who holds them:",
                HOLDERS.formatted("backend_type = 'client backend'"));
    }

    private static FailureDiagnosis notYet() {
        return new FailureDiagnosis(
                "starting",
                "starting up or shutting down",
                "The server starts, recovers from a crash, or stops. A standby lets nobody in before it is consistent, nor "
                        + "with hot_standby off.",
                "Wait, and follow its log: it tells how far recovery is.");
    }

    private static FailureDiagnosis noLine(Target target) {
        return new FailureDiagnosis(
                "auth",
                "login refused",
                "No line of pg_hba.conf lets this role from this address into this database, or one rejects it.",
                "Add a line to pg_hba.conf for role " + target.server().user() + " and database " + target.database()
                        + ", and reload. What stands there now:",
                "select line_number, type, database, user_name, address, auth_method, error from pg_hba_file_rules "
                        + "order by line_number");
    }

    private static FailureDiagnosis noLogin(Failure failure, Target target) {
        String user = target.server().user();
        return failure.message().contains("authentication failed") || !names(failure, user)
                ? login(target)
                : new FailureDiagnosis(
                        "auth",
                        "role cannot log in",
                        "The role does not exist on this server, or may not log in.",
                        "Create it (docs/grants.sql) or run ALTER ROLE … LOGIN, or correct the user in the URL of target "
                                + target.name() + ". What there is:",
                        role(user));
    }

    private static FailureDiagnosis login(Target target) {
        return new FailureDiagnosis(
                "auth",
                "login refused",
                "The password is wrong or has expired, or the role does not exist, or pg_hba.conf asks for another way to log "
                        + "in.",
                "Correct user and password of target " + target.name()
                        + ", or the role's password on the server. What there " + "is:",
                role(target.server().user()));
    }

    private static FailureDiagnosis refusedByUs(Target target) {
        return new FailureDiagnosis(
                "auth",
                "login not possible",
                "The server demands a login that pgvigil does not do, or for which it has not what is needed.",
                "Change what is named: role " + target.server().user()
                        + " and its password on the server, its method in" + " pg_hba.conf, or the URL of target "
                        + target.name() + ".");
    }

    private static FailureDiagnosis loginTrigger(Target target) {
        return new FailureDiagnosis(
                "login-trigger",
                "database refuses the login",
                "A login event trigger of database " + target.database() + " fails for pgvigil's role.",
                "Look at what the trigger does and which grants it needs; or have it pass over role "
                        + target.server().user() + ". The triggers:",
                "select evtname, evtenabled, evtfoid::regproc from pg_event_trigger where evtevent = 'login'");
    }

    private static String role(String user) {
        return "select rolname, rolcanlogin, rolvaliduntil from pg_roles where rolname = "
                + Sql.literal(user).strip();
    }

    private static FailureDiagnosis cancelled() {
        return new FailureDiagnosis(
                "cancelled",
                "ended by the server",
                "The server ended the statement: on a standby so that replay can go on (recovery conflict), else to resolve a "
                        + "deadlock over locks on system catalogues.",
                "Nothing at once: it is asked again. If it goes on, see the check conflicts, and the server's log for what "
                        + "took part.");
    }

    private static FailureDiagnosis resources() {
        return new FailureDiagnosis(
                "resources",
                "server out of resources",
                "The server lacks what its answer says: disk, memory, room in its lock table, or its files.",
                "Look at its log and its host: free disk first, then memory. Out of shared memory means that "
                        + "max_locks_per_transaction or max_connections is too low for what runs.");
    }

    /** The finding with what is to be told of this. */
    public Finding explain(Finding finding) {
        Finding explained = finding.cause(cause).action(action);
        return sql == null ? explained : explained.sql(sql);
    }

    /** Whether the text names it, in quotes of whatever language, as the server's texts do. */
    private static boolean names(Failure failure, String name) {
        String line = name.replaceAll("[\\p{Cntrl}\\s]+", " ");
        Matcher quoted = Pattern.compile("[^\\s\\p{L}\\p{N}]" + Pattern.quote(line) + "[^\\s\\p{L}\\p{N}]")
                .matcher(failure.message());
        return quoted.find();
    }

    public static String grantConnect(String database, String role) {
        return "grant connect on database " + Sql.identifier(database) + " to " + Sql.identifier(role);
    }
}
