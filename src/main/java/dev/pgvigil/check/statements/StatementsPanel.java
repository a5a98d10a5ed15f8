package dev.pgvigil.check.statements;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Panel;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.statements.StatementStatistics.Order;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows the statements that take most time, with what is notable of them. */
@Singleton
final class StatementsPanel implements Panel<StatementStatistics> {

    private static final int LINES = 25;

    /** One statement. */
    record Line(
            String key,
            String query,
            String where,
            String marks,
            String calls,
            String total,
            String mean,
            String rows,
            String read) {

        static Line of(StatementUsage one) {
            return new Line(
                    one.queryid() + one.usename() + one.toplevel(),
                    one.query() == null ? "statement " + one.queryid() + ", its text is not read yet" : one.query(),
                    HumanFormat.list(one.datname(), one.usename(), one.toplevel() ? null : "in a function"),
                    marks(one),
                    whole(one.calls()),
                    HumanFormat.milliseconds(one.totalMs()) + " (" + HumanFormat.percent(one.timePercent() / 100) + ")",
                    mean(one.meanMs(), one.stddevMs()),
                    HumanFormat.number(one.rowsPerCall()),
                    whole(one.sharedBlksRead()));
        }

        private static String marks(StatementUsage one) {
            return String.join(
                    ", ",
                    one.topBy().stream()
                            .filter(order -> order != Order.TOTAL_TIME)
                            .map(Order::label)
                            .toList());
        }

        private static String mean(@Nullable Double mean, @Nullable Double deviation) {
            if (mean == null) {
                return HumanFormat.UNKNOWN;
            }
            return HumanFormat.milliseconds(mean)
                    + (deviation == null || deviation == 0 ? "" : " ± " + HumanFormat.milliseconds(deviation));
        }

        private static String whole(long number) {
            return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
        }
    }

    /**
     * The data of the template.
     *
     * @param more number of lines not shown
     * @param api address of the observation
     */
    record Lines(String summary, List<Line> lines, int more, String api) {

        static Lines of(StatementStatistics seen, String api) {
            List<StatementUsage> shown = seen.top().stream().limit(LINES).toList();
            return new Lines(
                    summary(seen),
                    shown.stream().map(Line::of).toList(),
                    seen.top().size() - shown.size(),
                    api);
        }

        private static String summary(StatementStatistics seen) {
            if (seen.intervalSeconds() <= 0) {
                return "Counters of " + HumanFormat.count(seen.entries(), "statement")
                        + " were read once; what they do is known after the next time.";
            }
            return HumanFormat.list(
                    "in " + HumanFormat.seconds(seen.intervalSeconds()),
                    HumanFormat.count(seen.interval().calls(), "call"),
                    HumanFormat.milliseconds(seen.interval().execMs()) + " of execution time",
                    seen.entries() + " statements counted",
                    seen.reset() ? "the counters were reset in between" : null,
                    seen.ioTiming() ? null : "times of reads and writes are unknown: track_io_timing is off");
        }
    }

    @CheckedTemplate(basePath = "statements")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance statements(Lines seen);
    }

    @Override
    public Tab tab() {
        return Tab.QUERIES;
    }

    @Override
    public String id() {
        return "statements";
    }

    @Override
    public String title() {
        return "Statements";
    }

    @Override
    public String check() {
        return Statements.NAME;
    }

    @Override
    public Class<StatementStatistics> type() {
        return StatementStatistics.class;
    }

    @Override
    public TemplateInstance content(StatementStatistics observed, String api) {
        return Templates.statements(Lines.of(observed, api));
    }
}
