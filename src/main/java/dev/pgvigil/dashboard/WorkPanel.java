package dev.pgvigil.dashboard;

import dev.pgvigil.check.LongWork;
import dev.pgvigil.check.Phrase;
import java.util.List;
import java.util.stream.Stream;

/**
 * What has gone on for long on a server, longest first within its kind.
 *
 * @param known whether a look was ever answered
 * @param more how many are not shown
 */
record WorkPanel(Seen seen, boolean known, List<Line> lines, int more) {

    private static final int LINES = 20;

    /** One statement, idle transaction or prepared transaction. */
    record Line(String kind, String who, String where, String lasts, String transaction, String query) {

        static Line of(String kind, LongWork.Item item) {
            return new Line(
                    kind,
                    item.pid() == null ? Wording.orUnknown(item.gid()) : "pid " + item.pid(),
                    Wording.list(item.usename(), item.applicationName(), item.datname()),
                    Phrase.seconds(item.seconds()),
                    Phrase.seconds(item.transactionSeconds()),
                    item.query() == null ? "" : item.query());
        }
    }

    static WorkPanel of(Observation<LongWork.Work> work) {
        LongWork.Work seen = work.value();
        if (seen == null) {
            return new WorkPanel(work.seen(), false, List.of(), 0);
        }
        List<Line> all = Stream.of(
                        lines("prepared transaction", seen.prepared()),
                        lines("idle in transaction", seen.idleInTransaction()),
                        lines("running statement", seen.queries()))
                .flatMap(lines -> lines)
                .toList();
        List<Line> shown = all.stream().limit(LINES).toList();
        return new WorkPanel(work.seen(), true, shown, all.size() - shown.size());
    }

    private static Stream<Line> lines(String kind, List<LongWork.Item> items) {
        return items.stream().map(item -> Line.of(kind, item));
    }
}
