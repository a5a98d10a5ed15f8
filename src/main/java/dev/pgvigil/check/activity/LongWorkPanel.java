package dev.pgvigil.check.activity;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Panel;
import dev.pgvigil.check.Tab;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Stream;

/** Shows long work on a server, longest first within each kind. */
@Singleton
final class LongWorkPanel implements Panel<LongWork.Work> {

    private static final int LINES = 20;

    /** One statement, idle transaction or prepared transaction. */
    record Line(String kind, String who, String where, String lasts, String transaction, String query) {

        static Line of(String kind, LongWork.Item item) {
            return new Line(
                    kind,
                    item.pid() == null ? HumanFormat.orUnknown(item.gid()) : "pid " + item.pid(),
                    HumanFormat.list(item.usename(), item.applicationName(), item.datname()),
                    HumanFormat.seconds(item.seconds()),
                    HumanFormat.seconds(item.transactionSeconds()),
                    item.query() == null ? "" : item.query());
        }
    }

    /**
     * The data of the template.
     *
     * @param more number of lines not shown
     */
    record Lines(List<Line> lines, int more) {

        static Lines of(LongWork.Work seen) {
            List<Line> all = Stream.of(
                            lines("prepared transaction", seen.prepared()),
                            lines("idle in transaction", seen.idleInTransaction()),
                            lines("running statement", seen.queries()))
                    .flatMap(lines -> lines)
                    .toList();
            List<Line> shown = all.stream().limit(LINES).toList();
            return new Lines(shown, all.size() - shown.size());
        }

        private static Stream<Line> lines(String kind, List<LongWork.Item> items) {
            return items.stream().map(item -> Line.of(kind, item));
        }
    }

    @CheckedTemplate(basePath = "activity")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance work(Lines work);
    }

    @Override
    public Tab tab() {
        return Tab.ACTIVITY;
    }

    @Override
    public String id() {
        return "work";
    }

    @Override
    public String title() {
        return "Long work";
    }

    @Override
    public String check() {
        return LongWork.NAME;
    }

    @Override
    public Class<LongWork.Work> type() {
        return LongWork.Work.class;
    }

    @Override
    public TemplateInstance content(LongWork.Work observed, String api) {
        return Templates.work(Lines.of(observed));
    }
}
