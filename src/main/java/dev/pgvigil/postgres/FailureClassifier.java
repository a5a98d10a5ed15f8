package dev.pgvigil.postgres;

import com.ongres.scram.common.exception.ScramException;
import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Classifies exceptions of the driver, the network and the server. */
final class FailureClassifier {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\s]+");
    private static final int LONGEST = 300;

    /** An address in Java's notation: {@code host/10.0.0.1:5432}, without a host {@code /10.0.0.1:5432}. */
    private static final Pattern ADDRESS = Pattern.compile("(?<=^|\\s)([^\\s/]*)/((?:[0-9.]+|\\[[^\\]\\s]+]):\\d+)");

    /** The message of a future's timeout. */
    private static final Pattern LATE = Pattern.compile("Timeout (\\d+) \\(ms\\) fired");

    /** The registered name of the alert that ends a handshake; Java puts it before the text. */
    private static final Pattern ALERT = Pattern.compile("^\\(([a-z_0-9]{1,40})\\)");

    private FailureClassifier() {}

    /** The failure behind an exception; never throws. */
    static Failure of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof FailureException known) {
                return known.failure();
            }
            if (cause instanceof PgException answer) {
                return answered(answer);
            }
            if (cause instanceof CertificateRefused refused) {
                return Failure.of(Reason.TLS, refused.reason(), oneLine(refused.getMessage()));
            }
        }
        Throwable classifiable = classifiable(thrown);
        Reason reason = known(classifiable);
        return new Failure(
                reason == null ? Reason.CONNECT : reason,
                oneLine(text(thrown, classifiable)),
                null,
                cause(classifiable),
                null);
    }

    private static Failure answered(PgException answer) {
        String state = answer.getSqlState() == null ? "" : answer.getSqlState();
        String routine = answer.getRoutine() == null ? "" : answer.getRoutine();
        String message = oneLine(answer.getErrorMessage());
        Cause cause = refusesSettings(state, routine, message) ? Cause.POOLER_REFUSES_SETTINGS : cause(state, routine);
        return new Failure(
                cause == Cause.POOLER_REFUSES_SETTINGS ? Reason.UNSUPPORTED : reason(state),
                message,
                answer.getSqlState(),
                cause,
                null);
    }

    /**
     * PgBouncer's error for settings that it cannot pass on. The one decision by text: PgBouncer has one code for all its
     * errors and no routine, and its messages are always English. PostgreSQL always names a routine.
     */
    private static boolean refusesSettings(String state, String routine, String message) {
        return routine.isEmpty() && state.equals("08P01") && message.contains("unsupported startup parameter");
    }

    /** Tells errors with the same code apart by the server function that raises them. */
    private static @Nullable Cause cause(String state, String routine) {
        return switch (state + " " + routine) {
            case "28000 ClientAuthentication" -> Cause.NOT_ADMITTED;
            case "28000 InitializeSessionUserId" -> Cause.ROLE_WITHOUT_LOGIN;
            case "53300 InitializeSessionUserId" -> Cause.ROLE_FULL;
            case "53300 CheckMyDatabase" -> Cause.DATABASE_FULL;
            case "55000 CheckMyDatabase" -> Cause.DATABASE_CLOSED;
            case "55000 InitPostgres" -> Cause.DATABASE_INVALID;
            case String other -> null;
        };
    }

    private static Reason reason(String sqlState) {
        return switch (sqlState) {
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

    /** The outermost exception in the chain whose type is known; the first one if none is. */
    private static Throwable classifiable(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (known(cause) != null) {
                return cause;
            }
        }
        return thrown;
    }

    /** Decided by type where possible: a message may contain a host name, which can be any text. */
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
            case ScramException unproven -> Reason.AUTH;
            case UnsupportedOperationException driver when driver.getCause() == null -> Reason.UNSUPPORTED;
            case NullPointerException defect -> Reason.LOCAL;
            case ClassCastException defect -> Reason.LOCAL;
            case IndexOutOfBoundsException defect -> Reason.LOCAL;
            case Throwable other -> null;
        };
    }

    private static @Nullable Cause cause(Throwable classifiable) {
        return switch (classifiable) {
            case ScramException unproven -> Cause.SERVER_NOT_PROVEN;
            case SSLException handshake -> alerted(handshake);
            case Throwable other -> null;
        };
    }

    private static @Nullable Cause alerted(SSLException handshake) {
        String message = handshake.getMessage() == null ? "" : handshake.getMessage();
        Matcher alert = ALERT.matcher(message);
        return switch (alert.find() ? alert.group(1) : "") {
            case "protocol_version", "handshake_failure", "insufficient_security", "inappropriate_fallback" ->
                Cause.TLS_INCOMPATIBLE;
            case "bad_certificate",
                    "unsupported_certificate",
                    "certificate_revoked",
                    "certificate_expired",
                    "certificate_unknown",
                    "unknown_ca",
                    "access_denied",
                    "certificate_required" -> Cause.CLIENT_CERTIFICATE_REFUSED;
            case String other -> null;
        };
    }

    private static String text(Throwable thrown, Throwable classifiable) {
        Throwable root = known(classifiable) == null ? thrown : classifiable;
        while (root.getCause() != null && (root instanceof SSLException || root.getMessage() == null)) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? withoutMessage(known(classifiable)) : root.getMessage();
        return switch (root) {
            case UnknownHostException unknown -> "host name does not resolve: " + message;
            case TimeoutException late -> LATE.matcher(message).replaceAll("no answer within $1 ms");
            case SocketException refused -> ADDRESS.matcher(message).replaceAll(FailureClassifier::plain);
            case ScramException unproven -> "the server does not prove that it knows the password: " + message;
            case ClosedChannelException closed -> "the server closed the connection";
            case Throwable other -> message;
        };
    }

    /** The class name of an exception does not help an operator. */
    private static String withoutMessage(@Nullable Reason reason) {
        return switch (reason == null ? Reason.CONNECT : reason) {
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

    /** Removes control characters and limits the length. */
    static String oneLine(@Nullable String text) {
        String line = CONTROL.matcher(text == null ? "no message" : text)
                .replaceAll(" ")
                .strip();
        return line.length() <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, LONGEST))) + "…";
    }
}
