package dev.pgvigil.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The result of one load of the whole configuration.
 *
 * @param settings null if there is any problem
 * @param digests the digest of each file that was used
 */
record LoadResult(@Nullable Settings settings, List<Problem> problems, Map<Path, String> digests) {

    private static final Logger LOG = Logger.getLogger(LoadResult.class);
    private static final String ROOT = "pgvigil";

    static LoadResult at(ConfigOrigin origin, List<Section<?>> sections, UnaryOperator<@Nullable String> environment) {
        SecretKeys secrets = SecretKeys.of(KeyRecorder.keys(sections));
        return switch (origin) {
            case ConfigOrigin.File file -> {
                Sources sources = new Sources(file.folder(), environment, Map.of());
                yield of(new ReadContext(sources, secrets), sections, sources.content(file.path()));
            }
            case ConfigOrigin.Url url -> {
                ReadContext reading = new ReadContext(
                        new Sources(Path.of("").toAbsolutePath(), environment, url.variables()), secrets);
                yield of(reading, sections, YamlNode.root(reading, null));
            }
            case ConfigOrigin.Nothing nothing ->
                new LoadResult(
                        null, List.of(new Problem(nothing.name(), 0, "set PGVIGIL_CONFIG or DATABASE_URL")), Map.of());
        };
    }

    private static LoadResult of(ReadContext reading, List<Section<?>> sections, Content content) {
        return switch (content) {
            case Content.Unreadable not -> {
                reading.problem("PGVIGIL_CONFIG", 0, "the file " + not.reason());
                yield new LoadResult(null, reading.problems(), reading.sources().digests());
            }
            case Content.Read read -> {
                var yaml = Yaml.parse(read.bytes(), reading);
                yield reading.problems().isEmpty()
                        ? of(reading, sections, YamlNode.root(reading, yaml))
                        : new LoadResult(
                                null, reading.problems(), reading.sources().digests());
            }
        };
    }

    private static LoadResult of(ReadContext reading, List<Section<?>> sections, YamlNode root) {
        Node pgvigil = root.child(ROOT);
        Map<Class<?>, Object> values = new HashMap<>();
        for (Section<?> section : sections) {
            guarded(section, pgvigil, section::read).ifPresent(value -> values.put(section.getClass(), value));
        }
        if (values.size() == sections.size()) {
            Settings all = new Settings(values);
            for (Section<?> section : sections) {
                guarded(section, pgvigil, node -> {
                    section.compare(all, node);
                    return section;
                });
            }
        }
        root.reportUnknown();
        List<Problem> problems = reading.problems();
        return new LoadResult(
                problems.isEmpty() ? new Settings(values) : null,
                problems,
                reading.sources().digests());
    }

    // A defect in one section must not stop the polling for changes, and is no valid configuration.
    private static Optional<Object> guarded(Section<?> section, Node pgvigil, Function<Node, Object> work) {
        Node node = pgvigil.child(section.key());
        try {
            return Optional.of(work.apply(node));
        } catch (RuntimeException | Error e) {
            LOG.errorf(unspoken(e), "reading the section %s failed", section.key());
            node.problem("cannot be read: a fault of pgvigil, please report it with the log");
            return Optional.empty();
        }
    }

    /** The stack trace without the message, which may quote user input. */
    private static Throwable unspoken(Throwable e) {
        RuntimeException shown = new IllegalStateException(e.getClass().getName());
        shown.setStackTrace(e.getStackTrace());
        return shown;
    }
}
