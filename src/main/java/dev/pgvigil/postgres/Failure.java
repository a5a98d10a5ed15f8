package dev.pgvigil.postgres;

import org.jspecify.annotations.Nullable;

/**
 * Why a server did not give what it was asked for, as a value.
 *
 * @param message one line, without secrets and without query literals
 * @param sqlState PostgreSQL's five-character code where the server answered
 */
public record Failure(
        Reason reason, String message, @Nullable String sqlState) {

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

    public static Failure of(Reason reason, String message) {
        return new Failure(reason, message, null);
    }
}
