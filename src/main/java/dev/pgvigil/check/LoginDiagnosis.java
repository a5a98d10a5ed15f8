package dev.pgvigil.check;

import dev.pgvigil.postgres.Sql;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;

/** Why a server refuses the login of pgvigil's role, and what to do about it. */
final class LoginDiagnosis {

    private static final String KEY = "auth";
    private static final String REFUSED = "login refused";
    private static final String HBA_RULES =
            "select line_number, type, database, user_name, address, auth_method, error from pg_hba_file_rules "
                    + "order by line_number";

    private LoginDiagnosis() {}

    /** Whether the lines with or without TLS did not match follows from the sslmode only. */
    static FailureDiagnosis notAdmitted(Target target) {
        Tls tls = target.server().tls();
        String encryption = switch (tls.mode()) {
            case DISABLE ->
                "This connection was not encrypted: if the lines say hostssl, change sslmode of target " + target.name()
                        + " from disable to require. Else add";
            case ALLOW, PREFER -> "Add";
            case REQUIRE, VERIFY_CA, VERIFY_FULL ->
                "This connection used TLS: if the lines are hostnossl, only sslmode=disable is accepted. "
                        + "Otherwise add";
        };
        return new FailureDiagnosis(
                KEY,
                REFUSED,
                "No line of pg_hba.conf allows this role to connect to this database from this address, or a line "
                        + "rejects it"
                        + (tls.client() == null ? ", or requires a client certificate (sslcert, sslkey)." : "."),
                encryption + " a line to pg_hba.conf for role "
                        + target.server().user() + " and database " + target.database()
                        + ", and reload. The current lines:",
                HBA_RULES);
    }

    static FailureDiagnosis roleWithoutLogin(Target target) {
        String user = target.server().user();
        return new FailureDiagnosis(
                KEY,
                "role cannot log in",
                "The role does not exist on this server, or it has no LOGIN attribute.",
                "Create the role (docs/grants.sql), run ALTER ROLE … LOGIN, or correct the user in the URL of target "
                        + target.name() + ". The roles:",
                role(user));
    }

    static FailureDiagnosis refused(Target target) {
        return new FailureDiagnosis(
                KEY,
                REFUSED,
                "The password is wrong or has expired, the role does not exist, or pg_hba.conf requires another "
                        + "authentication method.",
                "Correct the user and password of target " + target.name()
                        + ", or the role's password on the server. The roles:",
                role(target.server().user()));
    }

    static FailureDiagnosis noPassword(Target target) {
        return new FailureDiagnosis(
                KEY,
                REFUSED,
                "The server requires a password, and target " + target.name() + " has none. No password was sent.",
                "Set password-file, password-env or password of target " + target.name()
                        + ", or allow the role to log in with a certificate.");
    }

    static FailureDiagnosis unsupportedMethod(Target target) {
        return new FailureDiagnosis(
                KEY,
                REFUSED,
                "The matching line of pg_hba.conf requires a method that pgvigil does not support, such as GSSAPI, "
                        + "SSPI or OAuth.",
                "Add a line before it for role " + target.server().user()
                        + " with scram-sha-256 or cert, and reload. The current lines:",
                HBA_RULES);
    }

    static FailureDiagnosis serverNotProven(Target target) {
        return new FailureDiagnosis(
                KEY,
                "server not authenticated",
                "The server requires the role's password but did not prove that it knows it: the address may lead "
                        + "to another server.",
                "Check which server is at " + target.server().id()
                        + ". Set sslmode=verify-full to verify the server's identity.");
    }

    static FailureDiagnosis noChannelBinding(Target target) {
        return new FailureDiagnosis(
                KEY,
                REFUSED,
                "The URL of target " + target.name()
                        + " requires channel binding, which needs TLS up to the server and scram-sha-256. This "
                        + "connection offers none: the server uses another method, or a proxy terminates TLS.",
                "Use scram-sha-256 over TLS for the role, or remove channel_binding=require from the URL.");
    }

    /** The server requires something that pgvigil does not support, such as too many SCRAM iterations; the message names it. */
    static FailureDiagnosis notPossible(Target target) {
        return new FailureDiagnosis(
                KEY,
                "login not possible",
                "The server requires an authentication method that pgvigil does not support or has no credentials for.",
                "Correct what the error names: role " + target.server().user()
                        + " and its password on the server, its authentication method in pg_hba.conf, or the URL of "
                        + "target "
                        + target.name() + ".");
    }

    static FailureDiagnosis trigger(Target target) {
        return new FailureDiagnosis(
                "login-trigger",
                "database refuses the login",
                "A login event trigger of database " + target.database() + " fails for pgvigil's role.",
                "Grant the role what the trigger needs, or make the trigger skip role "
                        + target.server().user() + ". The triggers:",
                "select evtname, evtenabled, evtfoid::regproc from pg_event_trigger where evtevent = 'login'");
    }

    private static String role(String user) {
        return "select rolname, rolcanlogin, rolvaliduntil from pg_roles where rolname = "
                + Sql.literal(user).strip();
    }
}
