package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.TargetsSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryClassReaderTest {

    private final TargetsSection section = new TargetsSection(new Catalogue(Catalogues.all()));

    @TempDir
    private Path folder;

    @Test
    void readsEveryKey() throws IOException {
        LoadedConfig loaded = load("""
                [{ name: bookings, tables: [bookings, app.guests], tags: ["controller=book*"], patterns: ["CALL book(*"],
                priority: critical, mean-degraded: 50ms, mean-unhealthy: 2s, least-calls: 10 }, { name: rest, patterns: ["*"] }]""");

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.settings()
                        .orElseThrow()
                        .get(TargetsSection.class)
                        .entries()
                        .getFirst()
                        .option(Statements.CLASSES))
                .containsExactly(
                        new QueryClass(
                                "bookings",
                                List.of("bookings", "app.guests"),
                                List.of(new Glob("controller=book*")),
                                List.of(new Glob("call book(*")),
                                Severity.CRITICAL,
                                50.0,
                                2000.0,
                                10L),
                        new QueryClass(
                                "rest",
                                List.of(),
                                List.of(),
                                List.of(new Glob("*")),
                                Severity.MEDIUM,
                                null,
                                null,
                                null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{ tables: [a] }] | classes.1: needs a name of 1 to 40 letters, digits and underscores",
                "[{ name: a b, tables: [a] }] | classes.1: needs a name of 1 to 40 letters, digits and underscores",
                "[{ name: a }] | classes.1: needs tables, tags or patterns: which statements belong to the class",
                "[{ name: a, tables: [a] }, { name: a, tables: [b] }] | classes.2.name: there is another class of this name",
                "[{ name: a, tables: [a], mean-degraded: 2s, mean-unhealthy: 1s }] | classes.1.mean-unhealthy: must be at least mean-degraded",
                "[{ name: a, tables: [''] }] | classes.1.tables: has at most 100 entries of 1 to 300 characters",
            })
    void rejectsInvalidEntryWithItsLine(String list, String message) throws IOException {
        assertThat(load(list).problems())
                .singleElement()
                .asString()
                .startsWith("line 3: pgvigil.checks.statements.")
                .endsWith(message);
    }

    private LoadedConfig load(String classes) throws IOException {
        return LoadedConfig.file(
                Files.writeString(folder.resolve("pgvigil.yaml"), """
                        pgvigil:
                          targets: { a: { url: postgresql://u@db1/d } }
                          checks: { statements: { classes: %s } }
                        """.formatted(classes.replace("\n", " "))),
                Map.of(),
                section);
    }
}
