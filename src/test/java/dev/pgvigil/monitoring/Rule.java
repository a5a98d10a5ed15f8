package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** An alert or a recording rule of {@code monitoring/}, as its file has it. */
record Rule(Path file, JsonNode node) {

    /** Rules of checks, each in a file of its own; and all others. */
    private static final List<Path> FOLDERS =
            List.of(Path.of("monitoring", "rules"), Path.of("monitoring", "prometheus", "rules"));

    static Stream<Path> files() {
        return FOLDERS.stream().flatMap(folder -> Yaml.files(folder).stream());
    }

    static Stream<Rule> all() {
        return files().flatMap(Rule::in);
    }

    static Stream<Rule> alerts() {
        return all().filter(Rule::alert);
    }

    static Stream<Rule> in(Path file) {
        return Yaml.elements(Yaml.read(file).path("groups"))
                .flatMap(group -> Yaml.elements(group.path("rules")))
                .map(rule -> new Rule(file, rule));
    }

    boolean alert() {
        return node.has("alert");
    }

    String name() {
        return node.path(alert() ? "alert" : "record").asText();
    }

    String expression() {
        return node.path("expr").asText();
    }

    String severity() {
        return node.at("/labels/severity").asText();
    }

    String annotation(String key) {
        return node.path("annotations").path(key).asText();
    }

    /** The file with the tests of this rule, for {@code promtool test rules}. */
    Path tests() {
        return tests(file);
    }

    static Path tests(Path rules) {
        return rules.resolveSibling("tests").resolve(rules.getFileName());
    }
}
