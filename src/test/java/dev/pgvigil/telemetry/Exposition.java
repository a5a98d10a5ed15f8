package dev.pgvigil.telemetry;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the Prometheus text format 0.0.4, and nothing that strays from it.
 *
 * @param types by family
 * @param helps by family
 * @param series value by {@code name{label="value",…}}, labels sorted, values as they were before escaping
 */
record Exposition(Map<String, String> types, Map<String, String> helps, Map<String, Double> series) {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern META = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\",?");

    static Exposition parse(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line has no end");
        }
        Exposition exposition = new Exposition(new LinkedHashMap<>(), new HashMap<>(), new LinkedHashMap<>());
        Set<String> finished = new HashSet<>();
        String family = "";
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            String next = line.startsWith("#") ? exposition.meta(line) : exposition.sample(line);
            if (!next.equals(family) && !finished.add(family)) {
                throw new IllegalArgumentException("the family is scattered: " + line);
            }
            family = next;
        }
        return exposition;
    }

    double value(String series) {
        Double value = this.series.get(series);
        if (value == null) {
            throw new AssertionError("no " + series + " among\n" + String.join("\n", this.series.keySet()));
        }
        return value;
    }

    private String meta(String line) {
        Matcher meta = META.matcher(line);
        if (!meta.matches()) {
            throw new IllegalArgumentException("neither help nor type: " + line);
        }
        Map<String, String> known = meta.group(1).equals("HELP") ? helps : types;
        if (known.put(meta.group(2), meta.group(3)) != null) {
            throw new IllegalArgumentException("told twice: " + line);
        }
        return meta.group(2);
    }

    private String sample(String line) {
        Matcher name = NAME.matcher(line);
        if (!name.lookingAt()) {
            throw new IllegalArgumentException("no name: " + line);
        }
        int at = name.end();
        Map<String, String> labels = new TreeMap<>();
        if (line.charAt(at) == '{') {
            at = labels(line, at + 1, labels);
        }
        String family = family(name.group());
        String key = name.group() + shown(labels);
        if (line.charAt(at) != ' ' || series.put(key, number(line.substring(at + 1))) != null) {
            throw new IllegalArgumentException("no value, or the same series twice: " + line);
        }
        return family;
    }

    private static int labels(String line, int start, Map<String, String> labels) {
        Matcher label = LABEL.matcher(line);
        int at = start;
        while (line.charAt(at) != '}') {
            if (!label.find(at) || label.start() != at) {
                throw new IllegalArgumentException("a bad label: " + line);
            }
            if (labels.put(label.group(1), unescaped(label.group(2))) != null) {
                throw new IllegalArgumentException("a label twice: " + line);
            }
            at = label.end();
        }
        return at + 1;
    }

    private String family(String sample) {
        if (types.containsKey(sample)) {
            return sample;
        }
        String family = sample.replaceFirst("_(count|sum|bucket|max)$", "");
        if (!types.containsKey(family) || !helps.containsKey(family)) {
            throw new IllegalArgumentException("no help or no type: " + sample);
        }
        return family;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\0")
                .replace("\\n", "\n")
                .replace("\\\"", "\"")
                .replace("\0", "\\");
    }

    private static String shown(Map<String, String> labels) {
        StringBuilder shown = new StringBuilder();
        labels.forEach((name, value) -> shown.append(shown.isEmpty() ? "{" : ",")
                .append(name)
                .append("=\"")
                .append(value)
                .append('"'));
        return shown.isEmpty() ? "" : shown.append('}').toString();
    }
}
