package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.activity.LongWork;
import java.util.List;
import java.util.stream.Stream;

/**
 * What has gone on for long on a server, longest first within its kind.
 *
 * @param known whether a look was ever answered
 * @param more how many are not shown
 */
record LongWorkPanel(CheckStatusText seen, boolean known, List<Line> lines, int more) {

    private static final int LINES = 20;

    /** One statement, idle transaction or prepared transaction. */
    record Line(String kind, String who, String where, String lasts, String transaction, String query) {

        static Line of(String kind, LongWork.Item item) {
            return new Line(
                    kind,
                    item.pid() == null ? TextFormat.orUnknown(item.gid()) : "pid " + item.pid(),
                    TextFormat.list(item.usename(), item.applicationName(), item.datname()),
                    HumanFormat.seconds(item.seconds()),
                    HumanFormat.seconds(item.transactionSeconds()),
                    item.query() == null ? "" : item.query());
        }
    }

    static LongWorkPanel of(Observation<LongWork.Work> work) {
        LongWork.Work seen = work.value();
        if (seen == null) {
            return new LongWorkPanel(work.seen(), false, List.of(), 0);
        }
        List<Line> all = Stream.of(
                        lines("prepared transaction", seen.prepared()),
                        lines("idle in transaction", seen.idleInTransaction()),
                        lines("running statement", seen.queries()))
                .flatMap(lines -> lines)
                .toList();
        List<Line> shown = all.stream().limit(LINES).toList();
        return new LongWorkPanel(work.seen(), true, shown, all.size() - shown.size());
    }

    private static Stream<Line> lines(String kind, List<LongWork.Item> items) {
        return items.stream().map(item -> Line.of(kind, item));
    }
}
