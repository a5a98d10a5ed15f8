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
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows the statements that take most time, with what is notable of them. */
@Singleton
final class StatementsPanel implements Panel<StatementStatistics> {

    private static final int LINES = 25;
    private static final int RUNNING = 10;

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

        static Line of(StatementUsage one, StatementStatistics seen) {
            return new Line(
                    one.queryid() + one.usename() + one.toplevel(),
                    one.query() == null ? "statement " + one.queryid() + ", its text is not read yet" : one.query(),
                    HumanFormat.list(one.datname(), one.usename(), one.toplevel() ? null : "in a function"),
                    marks(one, seen),
                    whole(one.calls()),
                    HumanFormat.milliseconds(one.totalMs()) + " (" + HumanFormat.percent(one.timePercent() / 100) + ")",
                    mean(one.meanMs(), one.stddevMs()),
                    HumanFormat.number(one.rowsPerCall()),
                    whole(one.sharedBlksRead()));
        }

        private static String marks(StatementUsage one, StatementStatistics seen) {
            String orders = one.topBy().stream()
                    .filter(order -> order != Order.TOTAL_TIME)
                    .map(Order::label)
                    .collect(Collectors.joining(", "));
            String before = seen.slower().stream()
                    .filter(other -> other.queryid().equals(one.queryid()))
                    .filter(other -> other.z() >= StatementFindings.SIGNIFICANT)
                    .filter(other -> Objects.equals(other.usename(), one.usename()))
                    .map(other -> HumanFormat.number(other.factor()) + " times its baseline")
                    .findFirst()
                    .orElse("");
            String running = seen.running().stream()
                    .filter(other -> one.queryid().equals(other.queryid()))
                    .map(other -> "running for " + HumanFormat.seconds(other.seconds()))
                    .findFirst()
                    .orElse("");
            return HumanFormat.list(running, before, orders.isEmpty() ? "" : "first by " + orders);
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

    /** One statement that runs. */
    record Running(String who, String where, String lasts, String what, String query) {

        static Running of(RunningStatement one) {
            String progress = one.donePercent() == null ? "" : HumanFormat.number(one.donePercent()) + " %";
            return new Running(
                    "pid " + one.pid(),
                    HumanFormat.list(one.usename(), one.applicationName(), one.datname()),
                    HumanFormat.seconds(one.seconds()),
                    HumanFormat.list(
                            one.command() == null && one.bulk() ? "bulk operation" : one.command(),
                            progress,
                            one.waitEvent() == null ? "" : "waits for " + one.waitEvent()),
                    HumanFormat.orUnknown(one.query()));
        }
    }

    /**
     * The data of the template.
     *
     * @param more number of lines not shown
     * @param api address of the observation
     */
    record Lines(String summary, List<Running> running, List<Line> lines, int more, String api) {

        static Lines of(StatementStatistics seen, String api) {
            List<StatementUsage> shown = seen.top().stream().limit(LINES).toList();
            return new Lines(
                    summary(seen),
                    seen.running().stream().limit(RUNNING).map(Running::of).toList(),
                    shown.stream().map(one -> Line.of(one, seen)).toList(),
                    seen.top().size() - shown.size(),
                    api);
        }

        private static String summary(StatementStatistics seen) {
            if (seen.intervalSeconds() <= 0) {
                return "The sums since the counters began, until there is an interval of " + seen.entries()
                        + " statements.";
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
