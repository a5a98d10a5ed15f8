package dev.pgvigil.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of metrics that an expression uses, and those that exist. */
final class Metrics {

    /** Whatever stands where a metric can: no function, no keyword, no label. */
    private static final Pattern TOKEN = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*(:[a-zA-Z0-9_]+)*");

    private static final Pattern PGVIGIL = Pattern.compile("\\bpgvigil_[a-z0-9_]+");
    private static final Pattern IGNORED = Pattern.compile(
            "\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|\\b(by|on|without|ignoring|group_left|group_right)\\s*\\([^)]*\\)|\\boffset\\s+\\w+");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool");
    private static final Path BUSINESS = Path.of("monitoring", "postgres");
    private static final Path FOREIGN = Path.of("src", "test", "resources", "monitoring", "foreign-metrics.txt");

    private static final Pattern EXPORTS = Pattern.compile("/(check|tenant|backup|alert|trend|telemetry)/.*[.]java$");

    private Metrics() {}

    /** The metrics and recorded series that an expression of PromQL reads. */
    static Set<String> of(String expression) {
        String bare =
                IGNORED.matcher(expression.replaceAll("\"[^\"]*\"", "\"\"")).replaceAll(" ");
        return TOKEN.matcher(bare)
                .results()
                .filter(token -> !WORDS.contains(token.group()) && !function(bare, token) && !number(bare, token))
                .map(MatchResult::group)
                .collect(Collectors.toSet());
    }

    private static boolean function(String text, MatchResult token) {
        return text.substring(token.end()).stripLeading().startsWith("(");
    }

    /** The suffix of a duration or an exponent. */
    private static boolean number(String text, MatchResult token) {
        return token.start() > 0 && Character.isLetterOrDigit(text.charAt(token.start() - 1));
    }

    /**
     * Those of the reference, which is made on a plain primary without a store, receivers and tenants; those that the sources
     * export elsewhere; those of the other exporters; and recorded ones.
     */
    static Set<String> existing() {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java/dev/pgvigil"))) {
            Stream<String> own = Stream.concat(
                            Stream.of(Path.of("docs", "reference", "metrics.md")),
                            sources.filter(
                                    file -> EXPORTS.matcher(file.toString()).find()))
                    .flatMap(file -> PGVIGIL.matcher(read(file)).results().map(MatchResult::group))
                    .flatMap(name -> name.endsWith("lateness_seconds")
                            ? Stream.of(name, name + "_bucket", name + "_count", name + "_sum")
                            : Stream.of(name));
            return Stream.of(
                            own,
                            business(),
                            foreign().stream(),
                            Rule.all().filter(rule -> !rule.alert()).map(Rule::name))
                    .flatMap(names -> names)
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that the examples of business metrics make. */
    private static Stream<String> business() {
        return Yaml.files(BUSINESS).stream()
                .flatMap(file -> Yaml.read(file).properties().stream())
                .flatMap(query -> Yaml.elements(query.getValue().path("metrics"))
                        .flatMap(column -> column.properties().stream())
                        .filter(column ->
                                !column.getValue().path("usage").asText().equals("LABEL"))
                        .map(column -> query.getKey() + "_" + column.getKey()));
    }

    /** The metrics of others that our files may use. */
    static Set<String> foreign() {
        return read(FOREIGN).lines().filter(line -> !line.startsWith("#")).collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
