package dev.pgvigil.config;

import io.quarkus.runtime.StartupEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of a whole configuration, for the tests of sections.
 *
 * @param settings none if there was any problem
 * @param problems as a user would see them, after the name of the file: {@code line 3: pgvigil.targets: must be …}
 */
public record LoadedConfig(Optional<Settings> settings, List<String> problems) {

    /** Loads a file. */
    public static LoadedConfig file(Path file, Map<String, String> environment, Section<?>... sections) {
        return of(new ConfigOrigin.File(file, false), environment, List.of(sections));
    }

    /** Loads a connection string. */
    public static LoadedConfig url(String url, Section<?>... sections) {
        return of(ConfigOrigin.of(null, url), Map.of(), List.of(sections));
    }

    static LoadedConfig of(ConfigOrigin origin, Map<String, String> environment, List<Section<?>> sections) {
        LoadResult attempt = LoadResult.at(origin, sections, environment::get);
        return new LoadedConfig(
                Optional.ofNullable(attempt.settings()),
                attempt.problems().stream().map(Problem::toString).toList());
    }

    /** Such a configuration, begun. */
    public static Configuration started(Path file, Duration every, Section<?>... sections) {
        Configuration configuration = polling(file, every, sections);
        configuration.start(new StartupEvent());
        return configuration;
    }

    /** Ends the looking for changes. */
    public static void stop(Configuration configuration) {
        configuration.stop();
    }

    /** A configuration that looks for changes of its file as often as this. */
    public static Configuration polling(Path file, Duration every, Section<?>... sections) {
        return new Configuration(
                new ConfigOrigin.File(file, false), List.of(sections), name -> null, every, InstantSource.system());
    }
}
