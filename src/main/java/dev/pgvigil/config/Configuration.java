package dev.pgvigil.config;

import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the current configuration. It is loaded at start, which fails on any error, and reloaded when its files change. A
 * change with errors is rejected and the previous configuration stays in use.
 */
@Singleton
public class Configuration {

    private static final Logger LOG = Logger.getLogger(Configuration.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final ConfigLoader loading;
    private final Duration every;
    private final List<Consumer<Settings>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-config").factory());

    /**
     * The result of loading.
     *
     * @param origin the file, or {@code DATABASE_URL}
     * @param loadedAt time when the current settings were loaded; null: never
     * @param lastAttemptAt time of the last attempt to load; null: never
     * @param problems of the last attempt; none if it succeeded
     * @param reloads number of reloads that took effect
     * @param failedReloads number of reloads that were rejected
     */
    public record State(
            String origin,
            @Nullable Instant loadedAt,
            @Nullable Instant lastAttemptAt,
            List<Problem> problems,
            long reloads,
            long failedReloads) {

        public State {
            problems = List.copyOf(problems);
        }
    }

    @Inject
    Configuration(@All List<Section<?>> sections, Config config, InstantSource clock) {
        this(ConfigOrigin.of(config), sections, System::getenv, LOOK_EVERY, clock);
    }

    Configuration(
            ConfigOrigin origin,
            List<Section<?>> sections,
            UnaryOperator<@Nullable String> environment,
            Duration every,
            InstantSource clock) {
        this.loading = new ConfigLoader(origin, sections, environment, clock);
        this.every = every;
    }

    /**
     * Returns the current settings from memory.
     *
     * @throws ConfigurationException with all problems if no valid configuration was loaded yet
     */
    public Settings settings() {
        return loading.settings();
    }

    /** The result of loading. */
    public State state() {
        return loading.state();
    }

    /**
     * Registers a listener for changes of the settings. It is called on a worker thread, one change after the other, and not
     * for the current settings.
     */
    public void onChange(Consumer<Settings> listener) {
        listeners.add(listener);
    }

    // Before every other observer that reads settings, so that an error stops the start before monitoring begins.
    void start(@Observes @Priority(1) StartupEvent event) {
        settings();
        loading.announce();
        long millis = every.toMillis();
        var _ = worker.scheduleWithFixedDelay(this::poll, millis, millis, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        worker.shutdownNow();
    }

    private void poll() {
        try {
            loading.poll().ifPresent(this::tell);
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("checking the configuration for changes failed", e);
        }
    }

    private void tell(Settings settings) {
        for (Consumer<Settings> listener : listeners) {
            try {
                listener.accept(settings);
            } catch (Throwable e) { // a failure of one listener must not affect the others
                LOG.error("a listener failed to apply the new configuration", e);
            }
        }
    }
}
