package dev.pgvigil.postgres;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened at each step of one attempt to open a session, and how long it took.
 *
 * @param steps all of them, in their order
 * @param addresses the addresses of the host that were tried by TCP
 * @param encryption null if no TLS handshake succeeded
 * @param certificates the chain that the server sent, its own first, also if it was not accepted; empty: none was received
 */
public record ConnectTrace(
        List<Step> steps,
        List<Reached> addresses,
        @Nullable Encryption encryption,
        List<X509Certificate> certificates) {

    public ConnectTrace {
        steps = List.copyOf(steps);
        addresses = List.copyOf(addresses);
        certificates = List.copyOf(certificates);
    }

    /** A step that needs the server or the network. */
    public enum Stage {
        DNS,
        TCP,
        TLS,
        AUTHENTICATION,
        /** The session in the database, its settings, and a query. */
        QUERY
    }

    /** What came of a step. */
    public sealed interface Result {

        /** It succeeded. */
        record Done(Duration took, String message) implements Result {}

        /** It failed. */
        record Failed(Duration took, Failure failure) implements Result {}

        /**
         * It was not taken.
         *
         * @param failure why TLS was given up for plain text; else null
         */
        record Skipped(String message, @Nullable Failure failure) implements Result {}
    }

    public record Step(Stage stage, Result result) {}

    /**
     * An address of the host.
     *
     * @param failure null: a TCP connection was opened
     */
    public record Reached(
            String address, Duration took, @Nullable Failure failure) {}

    /** Version and cipher of TLS, as negotiated. */
    public record Encryption(String protocol, String cipher) {}
}
