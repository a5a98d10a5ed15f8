package dev.pgvigil.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Collects the results of all cases and writes them as a page. */
final class Report {

    private static final Path FILE = Path.of("target", "corpus.md");

    private record Found(String fault, int major, double seconds, String row) {}

    private final List<Found> found = new ArrayList<>();
    private final List<String> watched = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private int wrong;

    synchronized void found(
            Fault fault,
            int major,
            Duration after,
            Duration building,
            Duration gone,
            List<String> others,
            String status) {
        found.add(new Found(
                fault.name(),
                major,
                seconds(after),
                "| %s | %d | `%s` | %s | %.1f | %.1f | %.1f | %s | %s |"
                        .formatted(
                                fault.name(),
                                major,
                                fault.finding(),
                                fault.status(),
                                seconds(building),
                                seconds(after),
                                seconds(gone),
                                String.join(", ", others),
                                status)));
        write();
    }

    synchronized void watched(Workload workload, int major, Map<String, String> findings) {
        wrong += findings.size();
        watched.add("| %s | %d | %d | %s |"
                .formatted(
                        workload.name(),
                        major,
                        workload.time().toSeconds(),
                        findings.isEmpty() ? "nothing" : findings));
        write();
    }

    synchronized void failed(String what, int major, Throwable why) {
        failed.add("- %s, PostgreSQL %d: %s".formatted(what, major, why.getMessage()));
        write();
    }

    /** After each case, so that the page shows how far a run has come. */
    private void write() {
        double[] times = found.stream().mapToDouble(Found::seconds).sorted().toArray();
        StringBuilder page = new StringBuilder("# Fault corpus\n\n")
                .append(
                        "%d faults found, %d cases failed, %d wrongly found on %d healthy workloads, median %.1f s to find.\n\n"
                                .formatted(found.size(), failed.size(), wrong, watched.size(), median(times)));
        failed.forEach(line -> page.append(line).append('\n'));
        page.append(
                        "\n| fault | PostgreSQL | finding | status | s to build | s to find | s to end | also found | then |\n")
                .append("|---|---|---|---|---|---|---|---|---|\n");
        found.stream().map(Found::row).sorted().forEach(row -> page.append(row).append('\n'));
        page.append("\n| workload | PostgreSQL | s | found |\n|---|---|---|---|\n");
        watched.stream().sorted().forEach(row -> page.append(row).append('\n'));
        try {
            Files.writeString(FILE, page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(double[] sorted) {
        return DoubleStream.of(sorted).skip(sorted.length / 2).findFirst().orElse(Double.NaN);
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
