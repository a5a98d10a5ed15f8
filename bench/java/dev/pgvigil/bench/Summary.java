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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The figures of a run: a JSON file for each benchmark, and one page of tables with machine, command and date. */
final class Summary {

    private static final Path README = Path.of("bench/README.md");
    private static final String MARK = "<!-- make bench KEEP=1 writes all that follows -->";
    private static final String HEADING = "### ";
    private static final Pattern SECTION = Pattern.compile("^" + HEADING, Pattern.MULTILINE);

    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Plan plan;
    /** The sections by heading. */
    private final Map<String, String> sections = new LinkedHashMap<>();

    Summary(Plan plan) throws IOException {
        this.plan = plan;
        Files.createDirectories(plan.out());
    }

    /** Adds the results of a benchmark and writes its figures. */
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

    /** Writes the tables of this run and returns them. */
    String write() throws IOException {
        Files.writeString(plan.out().resolve("summary.md"), page(sections));
        return "\n" + page(sections) + "\nWritten to " + plan.out();
    }

    /** Writes the tables of this run into the benchmarks' README, replacing those under the same heading. */
    void keep() throws IOException {
        String text = Files.readString(README);
        int end = text.indexOf(MARK) + MARK.length();
        if (end < MARK.length()) {
            throw new IllegalStateException(README + " has no line " + MARK);
        }
        Map<String, String> kept = new LinkedHashMap<>();
        SECTION.splitAsStream(text.substring(end))
                .filter(Predicate.not(String::isBlank))
                .forEach(section -> {
                    String heading = section.lines().findFirst().orElseThrow();
                    kept.put(heading, section.substring(heading.length()));
                });
        kept.putAll(sections);
        Files.writeString(README, text.substring(0, end) + "\n\n" + page(kept));
    }

    private static String page(Map<String, String> sections) {
        return sections.entrySet().stream()
                .map(section ->
                        HEADING + section.getKey() + "\n\n" + section.getValue().strip() + "\n")
                .collect(Collectors.joining("\n"));
    }

    private void section(Benchmark benchmark, Result result) throws IOException {
        StringBuilder page = new StringBuilder();
        page.append("`make bench ONLY=%s%s`, %s, %s; load average at the end %s.\n\n"
                .formatted(
                        benchmark.name(),
                        plan.quick() ? " QUICK=1" : "",
                        LocalDate.now(ZoneOffset.UTC),
                        machine(),
                        Result.number(
                                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())));
        result.tables().forEach(table -> table(page, table.head(), table.rows()));
        if (!result.wishes().isEmpty()) {
            table(
                    page,
                    List.of("wanted", "seen", ""),
                    result.wishes().stream()
                            .map(wish -> List.of(wish.wish(), wish.measured(), wish.met() ? "met" : "**missed**"))
                            .toList());
        }
        result.notes().forEach(note -> page.append(note).append("\n\n"));
        sections.put(benchmark.title(), page.toString());
    }

    private static void table(StringBuilder page, List<String> head, List<List<String>> rows) {
        row(page, head);
        row(page, head.stream().map(column -> "---").toList());
        rows.forEach(cells -> row(page, cells));
        page.append("\n");
    }

    private static void row(StringBuilder page, List<String> cells) {
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
