package dev.pgvigil.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Loads the configuration, at first and again when its files change. */
final class ConfigLoader {

    private static final Logger LOG = Logger.getLogger(ConfigLoader.class);

    private final ConfigOrigin origin;
    private final List<Section<?>> sections;
    private final UnaryOperator<@Nullable String> environment;
    private final InstantSource clock;
    private final ContentWatch watch;

    private volatile @Nullable Settings settings;
    private volatile Configuration.State state;

    ConfigLoader(
            ConfigOrigin origin,
            List<Section<?>> sections,
            UnaryOperator<@Nullable String> environment,
            InstantSource clock) {
        this.origin = origin;
        this.sections = List.copyOf(sections);
        this.environment = environment;
        this.clock = clock;
        this.watch = new ContentWatch(origin instanceof ConfigOrigin.File file ? file.path() : Path.of(origin.name()));
        this.state = new Configuration.State(origin.name(), null, null, List.of(), 0, 0);
    }

    Configuration.State state() {
        return state;
    }

    /** The settings in force, loaded now if they never were. */
    Settings settings() {
        Settings current = settings;
        return current == null ? first() : current;
    }

    /** Logs where the configuration comes from. */
    void announce() {
        LOG.infof("configuration read from %s", origin.name());
        if (origin instanceof ConfigOrigin.File file && file.ignoring()) {
            LOG.warn("DATABASE_URL is ignored, as PGVIGIL_CONFIG names a file");
        }
    }

    /** New settings if the files changed into something good. */
    synchronized Optional<Settings> look() {
        if (settings == null || !watch.changed()) {
            return Optional.empty();
        }
        LoadResult attempt = attempt();
        Configuration.State before = state;
        Instant now = clock.instant();
        if (attempt.settings() == null) {
            state = new Configuration.State(
                    origin.name(),
                    before.loadedAt(),
                    now,
                    attempt.problems(),
                    before.reloads(),
                    before.failedReloads() + 1);
            LOG.errorf(
                    "configuration changed but is not accepted, the one before stays in force:\n%s",
                    Report.of(origin, attempt.problems()));
            return Optional.empty();
        }
        settings = attempt.settings();
        state = new Configuration.State(
                origin.name(), now, now, List.of(), before.reloads() + 1, before.failedReloads());
        LOG.infof("configuration reloaded from %s", origin.name());
        return Optional.of(attempt.settings());
    }

    private synchronized Settings first() {
        if (settings == null) {
            LoadResult attempt = attempt();
            Instant now = clock.instant();
            settings = attempt.settings();
            state = new Configuration.State(
                    origin.name(), settings == null ? null : now, now, attempt.problems(), 0, 0);
        }
        Settings loaded = settings;
        if (loaded == null) {
            throw new ConfigurationException(Report.of(origin, state.problems()));
        }
        return loaded;
    }

    private LoadResult attempt() {
        LoadResult attempt = LoadResult.at(origin, sections, environment);
        watch.expect(attempt.digests());
        return attempt;
    }
}
