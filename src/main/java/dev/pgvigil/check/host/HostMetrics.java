package dev.pgvigil.check.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads Prometheus' text format as it arrives and keeps the metrics of a node_exporter that are wanted. A line that is wanted and
 * malformed, a line that is too long, and too many samples are errors. Used from one thread.
 */
final class HostMetrics {

    static final int MOST_SAMPLES = 20_000;

    private static final int LONGEST_LINE = 16 * 1024;
    private static final String PREFIX = "node_";

    private static final Set<String> WANTED = Set.of(
            "node_cpu_seconds_total",
            "node_load1",
            "node_memory_MemTotal_bytes",
            "node_memory_MemAvailable_bytes",
            "node_memory_SwapTotal_bytes",
            "node_memory_SwapFree_bytes",
            "node_vmstat_oom_kill",
            "node_filesystem_size_bytes",
            "node_filesystem_avail_bytes",
            "node_filesystem_files",
            "node_filesystem_files_free",
            "node_filesystem_readonly",
            "node_disk_io_time_seconds_total",
            "node_network_receive_bytes_total",
            "node_network_transmit_bytes_total",
            "node_boot_time_seconds");

    /** One sample. */
    record Sample(Map<String, String> labels, double value) {

        String label(String name) {
            return labels.getOrDefault(name, "");
        }
    }

    /** The text is not what a node_exporter sends. */
    static final class Malformed extends RuntimeException {

        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private final Map<String, List<Sample>> samples = new HashMap<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int kept;
    private long lines;

    /** Reads the next part of the text. */
    void add(byte[] part) {
        int start = 0;
        for (int i = 0; i < part.length; i++) {
            if (part[i] == '\n') {
                line.write(part, start, i - start);
                start = i + 1;
                read();
            }
        }
        line.write(part, start, part.length - start);
        if (line.size() > LONGEST_LINE) {
            throw new Malformed("line " + (lines + 1) + " is too long");
        }
    }

    /** The text has ended. */
    void end() {
        read();
        if (samples.isEmpty()) {
            throw new Malformed("it has no metrics of a node_exporter");
        }
    }

    private void read() {
        lines++;
        if (line.size() > LONGEST_LINE) {
            throw new Malformed("line " + lines + " is too long");
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        if (!text.startsWith(PREFIX)) {
            return;
        }
        int end = 0;
        while (end < text.length() && text.charAt(end) != '{' && text.charAt(end) != ' ') {
            end++;
        }
        String name = text.substring(0, end);
        if (!WANTED.contains(name)) {
            return;
        }
        if (++kept > MOST_SAMPLES) {
            throw new Malformed("it has more than " + MOST_SAMPLES + " samples");
        }
        samples.computeIfAbsent(name, first -> new ArrayList<>()).add(new Line(text, end).sample());
    }

    /** The samples of a metric. */
    List<Sample> of(String name) {
        return samples.getOrDefault(name, List.of());
    }

    /** The sum of the samples of a metric; NaN if there are none. */
    double sum(String name) {
        List<Sample> all = of(name);
        return all.isEmpty()
                ? Double.NaN
                : all.stream().mapToDouble(Sample::value).sum();
    }

    /** Reads labels and value of one line. */
    private final class Line {

        private final String text;
        private int at;

        private Line(String text, int at) {
            this.text = text;
            this.at = at;
        }

        Sample sample() {
            Map<String, String> labels = new HashMap<>();
            if (peek() == '{') {
                at++;
                while (peek() != '}') {
                    String label = until('=');
                    expect('"');
                    labels.put(label.strip(), quoted());
                    if (peek() == ',') {
                        at++;
                    }
                }
                at++;
            }
            expect(' ');
            String[] rest = text.substring(at).strip().split(" +", 3);
            return new Sample(Map.copyOf(labels), number(rest[0]));
        }

        private char peek() {
            if (at >= text.length()) {
                throw malformed();
            }
            return text.charAt(at);
        }

        private void expect(char wanted) {
            if (peek() != wanted) {
                throw malformed();
            }
            at++;
        }

        private String until(char end) {
            int found = text.indexOf(end, at);
            if (found < 0) {
                throw malformed();
            }
            String part = text.substring(at, found);
            at = found + 1;
            return part;
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            while (peek() != '"') {
                char next = text.charAt(at++);
                if (next == '\\') {
                    char escaped = peek();
                    at++;
                    value.append(escaped == 'n' ? '\n' : escaped);
                } else {
                    value.append(next);
                }
            }
            at++;
            return value.toString();
        }

        private double number(String value) {
            try {
                return switch (value) {
                    case "+Inf" -> Double.POSITIVE_INFINITY;
                    case "-Inf" -> Double.NEGATIVE_INFINITY;
                    case String other -> Double.parseDouble(other);
                };
            } catch (NumberFormatException e) {
                throw malformed();
            }
        }

        private Malformed malformed() {
            return new Malformed("line " + lines + " is not in the text format of Prometheus");
        }
    }
}
