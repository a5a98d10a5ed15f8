package dev.pgvigil.postgres;

import org.jspecify.annotations.Nullable;

/**
 * The failure of a connection attempt or a statement, as a value.
 *
 * @param message one line, in the server's language, without secrets and query literals; for people only
 * @param sqlState PostgreSQL's five-character code where the server answered
 * @param cause the exact cause, if a code or a fact identifies it; else null
 * @param database the database to which a session could not be opened; null if the failure is not about opening one
 */
public record Failure(
        Reason reason,
        String message,
        @Nullable String sqlState,
        @Nullable Cause cause,
        @Nullable String database) {

    /** The kind of failure, coarse enough for counters and alert routing. */
    public enum Reason {
        /** No TCP connection, lost connection, server starting or shutting down. */
        CONNECT,
        /** No connection slot is left in the server, the database or the role; or no memory or disk space. */
        CAPACITY,
        /** The credentials or pg_hba.conf do not allow the connection. */
        AUTH,
        /** Handshake, certificate or host name. */
        TLS,
        /** A timeout of the server or of pgvigil. */
        TIMEOUT,
        /** A grant is missing. */
        PERMISSION,
        /** The server cannot do this: version, role, extension. */
        UNSUPPORTED,
        /** Any other error of a statement. */
        QUERY,
        /** A failure in pgvigil, such as no file descriptors left or a defect; no evidence about the server. */
        LOCAL;

        /** Whether it prevents a connection to the server, or to one of its databases. */
        public boolean keepsOut() {
            return switch (this) {
                case CONNECT, CAPACITY, AUTH, TLS -> true;
                case TIMEOUT, PERMISSION, UNSUPPORTED, QUERY, LOCAL -> false;
            };
        }
    }

    /**
     * The exact cause, decided by SQLSTATE, the routine that raised the error, a certificate or the protocol, never by wording.
     */
    public enum Cause {
        /** No line of pg_hba.conf matches, or one rejects, or one demands a client certificate that is missing. */
        NOT_ADMITTED,
        /** The role does not exist, or has no LOGIN. */
        ROLE_WITHOUT_LOGIN,
        /** The server requests a password, and the target has none. */
        NO_PASSWORD,
        /** The server requests GSSAPI, SSPI, OAuth or another method that pgvigil does not support. */
        AUTH_METHOD_UNSUPPORTED,
        /** The server does not prove that it knows the password, or its proof is malformed. */
        SERVER_NOT_PROVEN,
        /** The target requires channel binding, and this connection has none. */
        NO_CHANNEL_BINDING,
        /** The role's own connection limit is reached. */
        ROLE_FULL,
        /** The database's own connection limit is reached. */
        DATABASE_FULL,
        /** {@code datallowconn} is false. */
        DATABASE_CLOSED,
        /** An interrupted DROP DATABASE. */
        DATABASE_INVALID,
        /** The peer does not speak PostgreSQL's protocol. */
        NOT_POSTGRESQL,
        /** A connection pooler does not accept the settings that pgvigil sends. */
        POOLER_REFUSES_SETTINGS,
        /** The server, or a proxy in front of it, does not support TLS. */
        NO_TLS,
        /** A certificate of the server's chain has expired. */
        CERTIFICATE_EXPIRED,
        /** A certificate of the server's chain is not valid yet. */
        CERTIFICATE_NOT_YET_VALID,
        /** The server's certificate is self-signed and not trusted. */
        CERTIFICATE_SELF_SIGNED,
        /** The chain does not end at a trusted certificate. */
        CERTIFICATE_AUTHORITY_UNKNOWN,
        /** The certificate is for other names. */
        CERTIFICATE_NAME_DIFFERS,
        /** The certificate may not be used by a TLS server, or breaks another rule for certificates. */
        CERTIFICATE_UNSUITABLE,
        /** Client and server have no TLS version, cipher or key exchange in common. */
        TLS_INCOMPATIBLE,
        /** The server does not accept the client's certificate, or requires one. */
        CLIENT_CERTIFICATE_REFUSED
    }

    static Failure of(Reason reason, Cause cause, String message) {
        return new Failure(reason, message, null, cause, null);
    }

    public Failure(Reason reason, String message, @Nullable String sqlState) {
        this(reason, message, sqlState, null, null);
    }

    public static Failure of(Reason reason, String message) {
        return new Failure(reason, message, null, null, null);
    }

    /** The same failure, of an attempt to open a session to this database. */
    Failure in(String name) {
        return new Failure(reason, message, sqlState, cause, name);
    }
}
