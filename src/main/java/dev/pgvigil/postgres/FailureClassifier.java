package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what an exception of the driver, the network or the server means. */
final class FailureClassifier {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\s]+");
    private static final int LONGEST = 300;

    /** An address as Java writes it: {@code host/10.0.0.1:5432}, and without a host {@code /10.0.0.1:5432}. */
    private static final Pattern ADDRESS = Pattern.compile("(?<=^|\\s)([^\\s/]*)/((?:[0-9.]+|\\[[^\\]\\s]+]):\\d+)");

    /** What a future says that took too long. */
    private static final Pattern LATE = Pattern.compile("Timeout (\\d+) \\(ms\\) fired");

    /** What the driver says where TLS does not come about: in plain exceptions without a cause. */
    private static final Set<String> NO_TLS = Set.of(
            "Postgres Server does not handle SSL connection", "Invalid SSL connection message", "SSL handshake failed");

    private FailureClassifier() {}

    /** The failure behind an exception; never throws. */
    static Failure of(Throwable thrown) {
        if (thrown instanceof FailureException known) {
            return known.failure();
        }
        if (thrown instanceof PgException answer) {
            return answered(answer);
        }
        Reason reason = reason(thrown);
        return new Failure(reason, oneLine(text(thrown, reason)), null);
    }

    private static Failure answered(PgException answer) {
        String state = answer.getSqlState();
        String message = oneLine(answer.getErrorMessage());
        return new Failure(poolers(state, message) ? Reason.UNSUPPORTED : reason(state), message, state);
    }

    /** PgBouncer says so, in English always, of settings that it cannot pass on. */
    private static boolean poolers(@Nullable String sqlState, String message) {
        return "08P01".equals(sqlState) && message.contains("unsupported startup parameter");
    }

    private static Reason reason(@Nullable String sqlState) {
        return switch (sqlState == null ? "" : sqlState) {
            case "28000", "28P01" -> Reason.AUTH;
            case "42501" -> Reason.PERMISSION;
            case "57014", "55P03" -> Reason.TIMEOUT;
            case "57P01", "57P02", "57P03", "57P05", "3D000" -> Reason.CONNECT;
            case "42883", "42P01", "42703", "42704", "0A000" -> Reason.UNSUPPORTED;
            case String other when other.startsWith("08") -> Reason.CONNECT;
            case String other when other.startsWith("53") -> Reason.CAPACITY;
            case String other -> Reason.QUERY;
        };
    }

    private static Reason reason(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            Reason reason = known(cause);
            if (reason != null) {
                return reason;
            }
        }
        return Reason.CONNECT;
    }

    /** By its type where that says it: a message may hold the name of a host, which may be anything. */
    private static @Nullable Reason known(Throwable cause) {
        String message = cause.getMessage();
        return switch (cause) {
            case SSLException handshake -> Reason.TLS;
            case GeneralSecurityException certificate -> Reason.TLS;
            case ConnectTimeoutException late -> Reason.TIMEOUT;
            case TimeoutException late -> Reason.TIMEOUT;
            case ConnectException refused -> Reason.CONNECT;
            case UnknownHostException unknown -> Reason.CONNECT;
            case IOException local when "Too many open files".equals(message) -> Reason.LOCAL;
            case LinkageError unloaded -> Reason.LOCAL;
            case Exception driver when message != null && NO_TLS.contains(message) -> Reason.TLS;
            case Throwable other -> null;
        };
    }

    private static String text(Throwable thrown, Reason reason) {
        Throwable root = thrown;
        while (root.getCause() != null && (reason == Reason.TLS || root.getMessage() == null)) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? withoutMessage(reason) : root.getMessage();
        return switch (root) {
            case UnknownHostException unknown -> "host name does not resolve: " + message;
            case TimeoutException late -> LATE.matcher(message).replaceAll("no answer within $1 ms");
            case SocketException refused -> ADDRESS.matcher(message).replaceAll(FailureClassifier::plain);
            case Throwable other -> message;
        };
    }

    /** The name of an exception's class says nothing to an operator. */
    private static String withoutMessage(Reason reason) {
        return switch (reason) {
            case TIMEOUT -> "no answer in time";
            case CONNECT -> "the connection was lost";
            case TLS -> "the TLS handshake failed";
            case LOCAL -> "pgvigil could not load a part of its own";
            case CAPACITY, AUTH, PERMISSION, UNSUPPORTED, QUERY -> "no message";
        };
    }

    private static String plain(MatchResult address) {
        String host = address.group(1);
        String text = host.isEmpty() ? address.group(2) : host + " (" + address.group(2) + ")";
        return Matcher.quoteReplacement(text);
    }

    private static String oneLine(@Nullable String text) {
        String line = CONTROL.matcher(text == null ? "no message" : text)
                .replaceAll(" ")
                .strip();
        return line.length() <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, LONGEST))) + "…";
    }
}
