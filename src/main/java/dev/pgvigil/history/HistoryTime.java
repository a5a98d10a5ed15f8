package dev.pgvigil.history;

import dev.pgvigil.http.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jboss.logging.Logger;

/** Times of requests for history. */
final class HistoryTime {

    private static final Logger LOG = Logger.getLogger(HistoryTime.class);
    private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("2200-01-01T00:00:00Z");
    private static final int LONGEST_DAYS = 3_660;

    private HistoryTime() {}

    static Instant parse(String name, String text) {
        try {
            Instant at = Instant.parse(text);
            if (!at.isBefore(FIRST) && at.isBefore(LAST)) {
                return at;
            }
        } catch (DateTimeParseException e) {
            LOG.debug("not a time", e);
        }
        throw ProblemException.badRequest(name + " must be a time such as 2027-03-31T22:00:00Z");
    }

    static void require(Instant from, Instant to) {
        if (!from.isBefore(to) || Duration.between(from, to).toDays() > LONGEST_DAYS) {
            throw ProblemException.badRequest("from must be before to, and by ten years at most");
        }
    }
}
