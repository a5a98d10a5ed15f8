package dev.pgvigil.check;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a panel shows: a sentence, and a table that stacks on narrow screens. The first column names the row.
 *
 * @param summary a sentence
 * @param caption describes the table to screen readers
 * @param columns headings; those of figures are aligned to the right
 * @param more number of rows that are not shown
 */
public record PanelTable(String summary, String caption, List<Column> columns, List<Line> lines, long more) {

    private static final int MOST = 20;

    /** A heading. */
    public record Column(String title, boolean figure) {}

    /**
     * A row.
     *
     * @param key identifies the row when the page is updated
     * @param detail smaller, below the name; empty: none
     * @param cells of the columns after the first
     */
    public record Line(String key, String name, String detail, List<Cell> cells) {}

    /** A cell, with the title of its column, which is shown beside it where the table is stacked. */
    public record Cell(String title, String text, boolean figure) {}

    @CheckedTemplate(basePath = "check")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance table(PanelTable table);
    }

    public PanelTable {
        columns = List.copyOf(columns);
        lines = List.copyOf(lines);
    }

    /** A sentence without a table. */
    public static PanelTable of(String summary) {
        return new PanelTable(summary, "", List.of(), List.of(), 0);
    }

    /** A table without rows. The titles of columns of figures begin with {@code #}. */
    public static PanelTable of(String summary, String caption, String... titles) {
        List<Column> columns = new ArrayList<>();
        for (String title : titles) {
            boolean figure = title.startsWith("#");
            columns.add(new Column(figure ? title.substring(1) : title, figure));
        }
        return new PanelTable(summary, caption, columns, List.of(), 0);
    }

    /** This table with one more row, or one more that is not shown if there are {@value #MOST}. */
    public PanelTable row(String name, @Nullable String detail, String... texts) {
        if (lines.size() >= MOST) {
            return more(1);
        }
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            Column column = columns.get(i + 1);
            cells.add(new Cell(column.title, texts[i], column.figure));
        }
        List<Line> longer = new ArrayList<>(lines);
        longer.add(new Line(name + "/" + detail, name, detail == null ? "" : detail, List.copyOf(cells)));
        return new PanelTable(summary, caption, columns, longer, more);
    }

    /** This table, and this many more rows that are not shown. */
    public PanelTable more(long hidden) {
        return new PanelTable(summary, caption, columns, lines, more + Math.max(0, hidden));
    }

    TemplateInstance render() {
        return Templates.table(this);
    }
}
