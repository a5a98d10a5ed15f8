package dev.pgvigil.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Records the metrics that a check exports. */
public final class RecordedMetrics implements MetricSink {

    /** One sample; a counter's name ends in {@code _total}. */
    public record Figure(boolean counter, String name, String help, double value, Map<String, String> labels) {}

    private final List<Figure> figures = new ArrayList<>();

    public static <O> List<Figure> of(Check<O> check, O observed) {
        RecordedMetrics recorded = new RecordedMetrics();
        check.export(observed, recorded);
        return recorded.figures;
    }

    /** The value of the only sample of that name with these labels. */
    public static double value(List<Figure> figures, String name, String... labels) {
        Map<String, String> wanted = map(labels);
        List<Figure> found = figures.stream()
                .filter(figure -> figure.name.equals(name) && figure.labels.equals(wanted))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " figures " + name + wanted + " in " + figures);
        }
        return found.getFirst().value;
    }

    @Override
    public void gauge(String name, String help, double value, String... labels) {
        figures.add(new Figure(false, name, help, value, map(labels)));
    }

    @Override
    public void counter(String name, String help, double value, String... labels) {
        figures.add(new Figure(true, name, help, value, map(labels)));
    }

    private static Map<String, String> map(String... labels) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            map.put(labels[i], labels[i + 1]);
        }
        return map;
    }
}
