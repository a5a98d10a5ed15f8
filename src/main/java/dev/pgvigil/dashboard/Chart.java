package dev.pgvigil.dashboard;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.history.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * A chart over time, as geometry: the template draws it.
 *
 * @param id unique in the page
 * @param now the latest value
 * @param summary what the chart shows, in words
 * @param columns how wide the picture is; {@link Axis#HEIGHT} is its height
 * @param seconds that a column stands for
 * @param readings what each column says, separated by bars
 * @param times of the horizontal axis, evenly spaced
 * @param labels of the vertical axis, from the top down
 * @param layers the hindmost first
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

    /** A path, and the class that colours it. */
    record Layer(String kind, String path) {}

    /** What a layer means. */
    record Key(String kind, String text) {}

    /** Collects what is drawn. */
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

        /** What each column says. */
        Drawing readings(Stream<String> each) {
            readings = each.collect(joining("|"));
            return this;
        }

        /** A path that explains itself. */
        Drawing path(String kind, String path) {
            if (!path.isEmpty()) {
                layers.add(new Layer(kind, path));
            }
            return this;
        }

        /** Columns that are marked from top to bottom, if there are any. */
        Drawing mark(String kind, String text, IntPredicate at) {
            String path = SvgPath.columns(columns, Axis.HEIGHT, at);
            if (!path.isEmpty()) {
                layers.add(new Layer(kind, path));
                legend.add(new Key(kind, text));
            }
            return this;
        }

        /** A level line, if the axis reaches that far. */
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
