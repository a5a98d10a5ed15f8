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

/** Loads the configuration at start and whenever its files change. */
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

    /** The current settings; loads them on the first call. */
    Settings settings() {
        Settings current = settings;
        return current == null ? first() : current;
    }

    /** Logs the source of the configuration. */
    void announce() {
        LOG.infof("configuration read from %s", origin.name());
        if (origin instanceof ConfigOrigin.File file && file.ignoring()) {
            LOG.warn("DATABASE_URL is ignored because PGVIGIL_CONFIG names a file");
        }
    }

    /** The new settings if the files changed and are valid. */
    synchronized Optional<Settings> poll() {
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
                    "configuration changed but has errors, the previous one stays in use:\n%s",
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
