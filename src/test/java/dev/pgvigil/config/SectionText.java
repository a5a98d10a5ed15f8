package dev.pgvigil.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a section makes of a text, for the tests of sections.
 *
 * @param value what the section read
 * @param problems as a user would see them: {@code line 3: pgvigil.probe.every: must be …}
 */
public record SectionText<T>(T value, List<String> problems) {

    /** Has the section read a whole file, {@code pgvigil:} and all. */
    public static <T> SectionText<T> read(Section<T> section, String yaml) {
        ReadContext reading = new ReadContext(
                new Sources(Path.of(""), name -> null, Map.of()), SecretKeys.of(KeyRecorder.keys(List.of(section))));
        YamlNode root =
                YamlNode.root(reading, Yaml.parse(ByteBuffer.wrap(yaml.getBytes(StandardCharsets.UTF_8)), reading));
        T value = section.read(root.child("pgvigil").child(section.key()));
        root.reportUnknown();
        return new SectionText<>(
                value, reading.problems().stream().map(Problem::toString).toList());
    }
}
