package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a run: a JSON file for each benchmark, and one page of tables with machine, command and date. */
final class Summary {

    private static final Path README = Path.of("bench/README.md");
    private static final String MARK = "<!-- make bench KEEP=1 writes all that follows -->";

    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Plan plan;
    private final StringBuilder page = new StringBuilder();

    Summary(Plan plan) throws IOException {
        this.plan = plan;
        Files.createDirectories(plan.out());
    }

    /** Adds what a benchmark found and writes its figures. */
    void add(Benchmark benchmark, Result result) throws IOException {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("benchmark", benchmark.name());
        file.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        file.put("machine", machine());
        file.put("load_average", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        file.put("quick", plan.quick());
        file.put("figures", result.figures());
        file.put("wishes", result.wishes());
        json.writeValue(plan.out().resolve(benchmark.name() + ".json").toFile(), file);
        section(benchmark, result);
    }

    /** Writes the page and returns it. */
    String write() throws IOException {
        Files.writeString(plan.out().resolve("summary.md"), page);
        return "\n" + page + "\nWritten to " + plan.out();
    }

    /** Puts the page into the benchmarks' README, in the place of the one before. */
    void keep() throws IOException {
        String text = Files.readString(README);
        int end = text.indexOf(MARK) + MARK.length();
        if (end < MARK.length()) {
            throw new IllegalStateException(README + " has no line " + MARK);
        }
        Files.writeString(
                README, text.substring(0, end) + "\n\n" + page.toString().strip() + "\n");
    }

    private void section(Benchmark benchmark, Result result) throws IOException {
        page.append("### ").append(benchmark.title()).append("\n\n");
        page.append("`make bench ONLY=%s%s`, %s, %s; load average at the end %s.\n\n"
                .formatted(
                        benchmark.name(),
                        plan.quick() ? " QUICK=1" : "",
                        LocalDate.now(ZoneOffset.UTC),
                        machine(),
                        Result.number(
                                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())));
        result.tables().forEach(table -> table(table.head(), table.rows()));
        if (!result.wishes().isEmpty()) {
            table(
                    List.of("wanted", "seen", ""),
                    result.wishes().stream()
                            .map(wish -> List.of(wish.wish(), wish.measured(), wish.met() ? "met" : "**missed**"))
                            .toList());
        }
        result.notes().forEach(note -> page.append(note).append("\n\n"));
    }

    private void table(List<String> head, List<List<String>> rows) {
        row(head);
        row(head.stream().map(column -> "---").toList());
        rows.forEach(this::row);
        page.append("\n");
    }

    private void row(List<String> cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String machine() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
        return "%s, %d cores, Linux %s, JDK %s"
                .formatted(
                        cpu,
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.version"),
                        Runtime.version());
    }
}
