package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Targets with custom queries, read as the product reads them. */
final class Queries {

    private Queries() {}

    /** A target with these queries; asserts that they have no mistake. */
    static Target target(String database, String queries) {
        LoadedConfig loaded = load(ServersDirectory.directory("queries"), database, "queries:\n" + queries.indent(14));
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst();
    }

    /** The problems of a file with these queries. */
    static LoadedConfig file(String queries) {
        try {
            Path folder = ServersDirectory.directory("queries");
            Files.writeString(folder.resolve("queries.yaml"), queries);
            return load(folder, "shop", "files: [queries.yaml]");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration with these queries. */
    static LoadedConfig inline(String queries) {
        return load(ServersDirectory.directory("queries"), "shop", "queries:\n" + queries.indent(14));
    }

    private static LoadedConfig load(Path folder, String database, String custom) {
        try {
            Path file = Files.writeString(folder.resolve("pgvigil.yaml"), """
                    pgvigil:
                      targets:
                        shop:
                          url: postgresql://pgvigil@127.0.0.1/%s
                          checks:
                            custom-sql:
                              %s
                    """.formatted(database, custom));
            return LoadedConfig.file(file, Map.of(), new TargetsSection(Catalogues.of(new CustomSql())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
