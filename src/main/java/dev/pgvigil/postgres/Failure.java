package dev.pgvigil.postgres;

import org.jspecify.annotations.Nullable;

/**
 * Why a server did not give what it was asked for, as a value.
 *
 * @param message one line, in the language of whoever wrote it, without secrets and without query literals; for people only
 * @param sqlState PostgreSQL's five-character code where the server answered
 * @param cause what exactly, where a code or a fact tells it; null where none does
 * @param database the database to which a session could not be opened; null if the failure is not about opening one
 */
public record Failure(
        Reason reason,
        String message,
        @Nullable String sqlState,
        @Nullable Cause cause,
        @Nullable String database) {

    /** The kinds, coarse enough to count and to route by. */
    public enum Reason {
        /** No TCP connection, lost connection, server starting or shutting down. */
        CONNECT,
        /** No connection slot is left in the server, the database or the role; or no memory, or no disk. */
        CAPACITY,
        /** Credentials or pg_hba.conf refuse us. */
        AUTH,
        /** Handshake, certificate or host name. */
        TLS,
        /** A deadline passed, the server's or our own. */
        TIMEOUT,
        /** A grant is missing. */
        PERMISSION,
        /** The server cannot do this: version, role, extension. */
        UNSUPPORTED,
        /** Any other error of a statement. */
        QUERY,
        /** pgvigil's own fault, such as no file descriptors left or a defect: says nothing about the server. */
        LOCAL;

        /** Whether it keeps pgvigil out of the server, or of one of its databases. */
        public boolean keepsOut() {
            return switch (this) {
                case CONNECT, CAPACITY, AUTH, TLS -> true;
                case TIMEOUT, PERMISSION, UNSUPPORTED, QUERY, LOCAL -> false;
            };
        }
    }

    /** What exactly. It rests on SQLSTATE, the routine that raised the error, a certificate or the protocol, never on wording. */
    public enum Cause {
        /** No line of pg_hba.conf matches, or one rejects, or one demands a client certificate that is missing. */
        NOT_ADMITTED,
        /** The role does not exist, or has no LOGIN. */
        ROLE_WITHOUT_LOGIN,
        /** The server asks for a password, and the target has none. */
        NO_PASSWORD,
        /** The server asks for GSSAPI, SSPI, OAuth or another method that pgvigil does not have. */
        AUTH_METHOD_UNSUPPORTED,
        /** The server does not prove that it knows the password, or its proof cannot be read. */
        SERVER_NOT_PROVEN,
        /** The target demands channel binding, and this connection has none. */
        NO_CHANNEL_BINDING,
        /** The role's own connection limit is reached. */
        ROLE_FULL,
        /** The database's own connection limit is reached. */
        DATABASE_FULL,
        /** {@code datallowconn} is false. */
        DATABASE_CLOSED,
        /** An interrupted DROP DATABASE. */
        DATABASE_INVALID,
        /** What answers does not speak PostgreSQL's protocol. */
        NOT_POSTGRESQL,
        /** A pooler does not take the settings that pgvigil sends. */
        POOLER_REFUSES_SETTINGS,
        /** The server, or what stands before it, answers a request for TLS with no. */
        NO_TLS,
        /** A certificate of the server's chain has expired. */
        CERTIFICATE_EXPIRED,
        /** A certificate of the server's chain is not valid yet. */
        CERTIFICATE_NOT_YET_VALID,
        /** The server's certificate is its own issuer, and is not trusted. */
        CERTIFICATE_SELF_SIGNED,
        /** The chain does not end at a trusted certificate. */
        CERTIFICATE_AUTHORITY_UNKNOWN,
        /** The certificate is for other names. */
        CERTIFICATE_NAME_DIFFERS,
        /** The certificate may not be used by a TLS server, or breaks another rule for certificates. */
        CERTIFICATE_UNSUITABLE,
        /** Client and server have no TLS version, cipher or key exchange in common. */
        TLS_INCOMPATIBLE,
        /** The server does not accept the client's certificate, or misses one. */
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

    /** The same, of an attempt to open a session to this database. */
    Failure in(String name) {
        return new Failure(reason, message, sqlState, cause, name);
    }
}
