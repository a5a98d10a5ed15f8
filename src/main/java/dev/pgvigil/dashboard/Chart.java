package dev.pgvigil.dashboard;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.history.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * A chart over time as geometry for the template.
 *
 * @param id unique in the page
 * @param now the latest value
 * @param summary a description of the chart as text
 * @param columns width; the height is {@link Axis#HEIGHT}
 * @param seconds per column
 * @param readings the text of each column, separated by bars
 * @param times of the horizontal axis, evenly spaced
 * @param labels of the vertical axis, from top to bottom
 * @param layers from back to front
 */
record Chart(
        String id,
        String title,
        String now,
        String summary,
        int columns,
        int seconds,
        String readings,
        List<String> times,
        List<String> labels,
        List<Layer> layers,
        List<Key> legend) {

    /** A path and its CSS class. */
    record Layer(String kind, String path) {}

    /** An entry of the legend. */
    record Key(String kind, String text) {}

    /** Builds a chart. */
    static final class Drawing {

        private final Window window;
        private final int columns;
        private final Axis axis;
        private final List<Layer> layers = new ArrayList<>();
        private final List<Key> legend = new ArrayList<>();
        private String readings = "";

        Drawing(Window window, int columns, Axis axis) {
            this.window = window;
            this.columns = columns;
            this.axis = axis;
        }

        /** Sets the text of each column. */
        Drawing readings(Stream<String> each) {
            readings = each.collect(joining("|"));
            return this;
        }

        /** Adds a path without an entry in the legend. */
        Drawing path(String kind, String path) {
            if (!path.isEmpty()) {
                layers.add(new Layer(kind, path));
            }
            return this;
        }

        /** Adds marked columns over the full height, if there are any. */
        Drawing mark(String kind, String text, IntPredicate at) {
            String path = SvgPath.columns(columns, Axis.HEIGHT, at);
            if (!path.isEmpty()) {
                layers.add(new Layer(kind, path));
                legend.add(new Key(kind, text));
            }
            return this;
        }

        /** Adds a horizontal line if the value is on the axis. */
        Drawing level(String kind, String text, double value) {
            if (axis.holds(value)) {
                layers.add(new Layer(kind, SvgPath.level(axis.height(value), columns)));
                legend.add(new Key(kind, text));
            }
            return this;
        }

        Chart chart(String id, String title, String now, String summary) {
            return new Chart(
                    id,
                    title,
                    now,
                    summary,
                    columns,
                    window.minutes() * 60 / Math.max(1, columns),
                    readings,
                    times(window),
                    axis.labels(),
                    List.copyOf(layers),
                    List.copyOf(legend));
        }

        private static List<String> times(Window window) {
            List<String> times = new ArrayList<>();
            times.add("−" + window.minutes() + " min");
            for (int ago = window.minutes() - window.step(); ago > 0; ago -= window.step()) {
                times.add("−" + ago);
            }
            times.add("now");
            return times;
        }
    }
}
