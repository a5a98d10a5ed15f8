package dev.pgvigil.check;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import org.jspecify.annotations.Nullable;

/**
 * Why pgvigil cannot open a session to a database, and what to do about it. Decided by codes and facts only: a server's text
 * may be in any language. Pure.
 *
 * @param key the kind of failure, in kebab-case
 */
public record FailureDiagnosis(
        String key,
        String title,
        String cause,
        String action,
        @Nullable String sql) {

    private static final String HOLDERS = """
            select usename, application_name, client_addr, state, count(*) from pg_stat_activity where %s \
            group by 1, 2, 3, 4 order by 5 desc""";

    FailureDiagnosis(String key, String title, String cause, String action) {
        this(key, title, cause, action, null);
    }

    public static FailureDiagnosis of(Failure failure, Target target) {
        return failure.cause() == null
                ? byState(failure, target)
                : switch (failure.cause()) {
                    case NOT_ADMITTED -> LoginDiagnosis.notAdmitted(target);
                    case ROLE_WITHOUT_LOGIN -> LoginDiagnosis.roleWithoutLogin(target);
                    case NO_PASSWORD -> LoginDiagnosis.noPassword(target);
                    case AUTH_METHOD_UNSUPPORTED -> LoginDiagnosis.unsupportedMethod(target);
                    case SERVER_NOT_PROVEN -> LoginDiagnosis.serverNotProven(target);
                    case NO_CHANNEL_BINDING -> LoginDiagnosis.noChannelBinding(target);
                    case ROLE_FULL -> roleFull(target);
                    case DATABASE_FULL -> databaseFull(failure, target);
                    case DATABASE_CLOSED -> ofDatabase(failure, target, closed(target.database(), false));
                    case DATABASE_INVALID -> ofDatabase(failure, target, closed(target.database(), true));
                    case NOT_POSTGRESQL, POOLER_REFUSES_SETTINGS -> of(failure.reason(), target);
                    case NO_TLS -> TlsDiagnosis.noTls(target);
                    case CERTIFICATE_EXPIRED -> TlsDiagnosis.expired();
                    case CERTIFICATE_NOT_YET_VALID -> TlsDiagnosis.notYetValid();
                    case CERTIFICATE_SELF_SIGNED -> TlsDiagnosis.selfSigned();
                    case CERTIFICATE_AUTHORITY_UNKNOWN -> TlsDiagnosis.unknownAuthority();
                    case CERTIFICATE_NAME_DIFFERS -> TlsDiagnosis.otherName(target);
                    case CERTIFICATE_UNSUITABLE -> TlsDiagnosis.unsuitable();
                    case TLS_INCOMPATIBLE -> TlsDiagnosis.incompatible();
                    case CLIENT_CERTIFICATE_REFUSED -> TlsDiagnosis.clientRefused(target);
                };
    }

    private static FailureDiagnosis byState(Failure failure, Target target) {
        return switch (failure.sqlState() == null ? "" : failure.sqlState()) {
            case "3D000" -> ofDatabase(failure, target, noDatabase(target));
            case "42501" ->
                failure.database() == null
                        ? of(failure.reason(), target)
                        : ofDatabase(failure, target, noConnect(target));
            case "53300" -> serverFull();
            case "57P03" -> notYet();
            case "28000", "28P01" -> LoginDiagnosis.refused(target);
            case String none
            when none.isEmpty() && failure.reason() == Reason.AUTH -> LoginDiagnosis.notPossible(target);
            case String trigger
            when failure.reason() == Reason.AUTH && !trigger.isEmpty() && !trigger.startsWith("28") ->
                LoginDiagnosis.trigger(target);
            case "40001", "40P01" -> cancelled();
            case String resources when resources.startsWith("53") || resources.startsWith("58") -> resources();
            case String other -> of(failure.reason(), target);
        };
    }

    /** The database's fault, if it is the target's own; else the shared session was to use another database. */
    private static FailureDiagnosis ofDatabase(Failure failure, Target target, FailureDiagnosis own) {
        return failure.database() == null || failure.database().equals(target.database()) ? own : elsewhere();
    }

    /** The diagnosis of a statement that the server cancelled; null if its code says otherwise. */
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
                        "The server is down, the address is wrong, or a firewall refuses the connection.",
                        "Start the server. If it is running, check host, port, listen_addresses and firewalls.");
            case TIMEOUT ->
                new FailureDiagnosis(
                        "timeout",
                        "no answer",
                        "The server or its host hangs, or the network drops packets.",
                        "Check the host (CPU, memory, storage), then the network between pgvigil and the server.");
            case CAPACITY -> serverFull();
            case AUTH -> LoginDiagnosis.refused(target);
            case TLS -> TlsDiagnosis.failed();
            case UNSUPPORTED ->
                new FailureDiagnosis(
                        "unsupported",
                        "not PostgreSQL 14 or newer itself",
                        "The address leads to an older PostgreSQL, a pooler such as PgBouncer, or another product. "
                                + "It lacks a feature that pgvigil needs, or refuses the settings that limit its "
                                + "sessions.",
                        "Change the URL of the target to the PostgreSQL server itself, version 14 or newer.");
            case PERMISSION, QUERY ->
                new FailureDiagnosis(
                        "refused",
                        "heartbeat failed",
                        "The server rejects the simplest query.",
                        "Run the query manually as the same user.",
                        "select pg_is_in_recovery()");
            case LOCAL ->
                new FailureDiagnosis(
                        "local",
                        "pgvigil cannot check",
                        "pgvigil lacks a resource or has a defect. The state of the server is unknown.",
                        "Check pgvigil's log. Raise its limit of open files, or find out why all its connections "
                                + "are in use. Report a defect.");
        };
    }

    private static FailureDiagnosis noDatabase(Target target) {
        return new FailureDiagnosis(
                "database",
                "database does not exist",
                "It was dropped or renamed, or the target's URL names another database or server.",
                "Correct the URL of target " + target.name() + " or remove it, or create the database. The databases:",
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
                        "Connections to it were disabled on purpose (datallowconn is false).",
                        "Allow connections again when the reason for disabling them no longer applies.",
                        "alter database " + name + " with allow_connections true");
    }

    private static FailureDiagnosis elsewhere() {
        return new FailureDiagnosis(
                "entrance",
                "no database accepts a session",
                "The server refused a session in each monitored database. The error is the one of the last database.",
                "Fix the reported error in that database. pgvigil keeps trying all databases in turn.");
    }

    private static FailureDiagnosis roleFull(Target target) {
        String user = target.server().user();
        return new FailureDiagnosis(
                "capacity",
                "pgvigil's role is out of connections",
                "The role's connection limit is reached: another pgvigil or another application also logs in as " + user
                        + ".",
                "Use a separate role for each, or raise the limit with ALTER ROLE … CONNECTION LIMIT: one pgvigil "
                        + "needs 8. Its sessions:",
                HOLDERS.formatted("usename = " + Sql.literal(user).strip()));
    }

    private static FailureDiagnosis databaseFull(Failure failure, Target target) {
        String database = failure.database() == null ? target.database() : failure.database();
        return new FailureDiagnosis(
                "capacity",
                "database out of connections",
                "The connection limit of database " + database
                        + " is reached. Only superusers are exempt from it; reserved_connections does not help.",
                "Close idle sessions, reduce pool sizes, or raise the limit with ALTER DATABASE … CONNECTION LIMIT. "
                        + "Its sessions:",
                HOLDERS.formatted("datname = " + Sql.literal(database).strip()));
    }

    private static FailureDiagnosis serverFull() {
        return new FailureDiagnosis(
                "capacity",
                "out of connections",
                "All connection slots are in use, either by sessions or by clients that have not completed their login.",
                "Close idle sessions and reduce pool sizes. If the query shows too few sessions, find clients that "
                        + "hang during login in the server's log (log_connections), block them and lower "
                        + "authentication_timeout. On PostgreSQL 16 and newer, set reserved_connections and grant "
                        + "pg_use_reserved_connections to pgvigil's role. Sessions by role and application:",
                HOLDERS.formatted("backend_type = 'client backend'"));
    }

    private static FailureDiagnosis notYet() {
        return new FailureDiagnosis(
                "starting",
                "starting up or shutting down",
                "The server is starting, recovering from a crash, or stopping. A standby accepts no connections "
                        + "before it is consistent or while hot_standby is off.",
                "Wait. Check the progress of recovery in the server's log.");
    }

    private static FailureDiagnosis cancelled() {
        return new FailureDiagnosis(
                "cancelled",
                "ended by the server",
                "The server cancelled the statement: on a standby because of a recovery conflict, otherwise to "
                        + "resolve a deadlock on system catalogs.",
                "None: the check is retried. If it keeps failing, see the check conflicts and the server's log.");
    }

    private static FailureDiagnosis resources() {
        return new FailureDiagnosis(
                "resources",
                "server out of resources",
                "The server lacks the resource that the error names, such as disk space, memory, lock table entries "
                        + "or a file.",
                "Check the server's log, then free disk space and memory of its host. Out of shared memory means "
                        + "that max_locks_per_transaction or max_connections is too low.");
    }

    /** The finding with this diagnosis. */
    public Finding explain(Finding finding) {
        Finding explained = finding.cause(cause).action(action);
        return sql == null ? explained : explained.sql(sql);
    }

    public static String grantConnect(String database, String role) {
        return "grant connect on database " + Sql.identifier(database) + " to " + Sql.identifier(role);
    }
}
