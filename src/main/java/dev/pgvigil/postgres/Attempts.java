package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Collects the failures of the attempts that make up one connect: with and without TLS, to each address of the host. */
final class Attempts {

    private static final Set<String> LOGIN_STATES = Set.of("28000", "28P01");

    /** The stage that an attempt reached. The failure of the attempt that got furthest is reported. */
    private enum Stage {
        ADDRESS,
        TLS_REQUEST,
        ADMISSION,
        TLS_HANDSHAKE,
        LOGIN,
        SESSION
    }

    private final List<Failure> failures = new ArrayList<>();

    void failed(Failure failure) {
        failures.add(failure);
    }

    /** The failure to report: the first of those at the latest stage. If no address can be reached, the messages of all. */
    Failure decisive() {
        Failure first = failures.getFirst();
        for (Failure failure : failures) {
            if (stage(failure).compareTo(stage(first)) > 0) {
                first = failure;
            }
        }
        return stage(first) == Stage.ADDRESS ? all(first) : first;
    }

    private Failure all(Failure first) {
        String messages = failures.stream().map(Failure::message).distinct().collect(Collectors.joining("; "));
        return new Failure(first.reason(), FailureClassifier.oneLine(messages), null, first.cause(), first.database());
    }

    /**
     * Whether a connection to the same address with TLS instead of plain text, or the reverse, may succeed: pg_hba.conf can
     * have different lines for the two.
     */
    static boolean otherModeMayHelp(Failure failure) {
        return failure.reason() == Reason.TLS || LOGIN_STATES.contains(state(failure));
    }

    /** Whether the server was not reached at this address, so that another address is worth a try. */
    static boolean otherAddressMayHelp(Failure failure) {
        return stage(failure) == Stage.ADDRESS && failure.reason() != Reason.LOCAL;
    }

    private static Stage stage(Failure failure) {
        if (failure.cause() == Cause.NO_TLS) {
            return Stage.TLS_REQUEST;
        }
        if (failure.cause() == Cause.NOT_ADMITTED) {
            return Stage.ADMISSION;
        }
        if (failure.reason() == Reason.TLS) {
            return Stage.TLS_HANDSHAKE;
        }
        if (failure.reason() == Reason.AUTH) {
            return Stage.LOGIN;
        }
        return failure.sqlState() == null && failure.reason() != Reason.UNSUPPORTED ? Stage.ADDRESS : Stage.SESSION;
    }

    private static String state(Failure failure) {
        return failure.sqlState() == null ? "" : failure.sqlState();
    }
}
