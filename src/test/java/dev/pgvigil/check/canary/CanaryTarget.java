package dev.pgvigil.check.canary;

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

/** A target with canaries, read as the product reads it. */
final class CanaryTarget {

    private CanaryTarget() {}

    /** Asserts that the configuration has no mistake. */
    static Target of(String database, String canary) {
        LoadedConfig loaded = load(database, canary);
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst();
    }

    /** @param canary lines of YAML under {@code canary:} */
    static LoadedConfig load(String database, String canary) {
        try {
            Path file = Files.writeString(
                    ServersDirectory.directory("canary").resolve("pgvigil.yaml"),
                    "pgvigil:\n  targets:\n    shop:\n      url: postgresql://pgvigil@127.0.0.1/" + database
                            + "\n      thresholds: { canary: { write: 250ms } }\n      checks:\n        canary:\n"
                            + canary.indent(10));
            return LoadedConfig.file(file, Map.of(), new TargetsSection(Catalogues.of(new Canary())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
