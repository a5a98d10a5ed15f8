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
 * Holds the configuration in force. It is loaded at start, which fails if it holds any mistake, and again when its files
 * change; a bad change leaves the old one in force.
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
     * How loading went.
     *
     * @param origin the file, or {@code DATABASE_URL}
     * @param loadedAt since when the settings are in force; null: never loaded
     * @param lastAttemptAt when loading was last tried; null: never
     * @param problems of the last attempt; none if it succeeded
     * @param reloads how often a change came into force
     * @param failedReloads how often a change did not
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
     * The settings in force, from memory.
     *
     * @throws ConfigurationException with all problems, while no good configuration was ever loaded
     */
    public Settings settings() {
        return loading.settings();
    }

    /** How loading went. */
    public State state() {
        return loading.state();
    }

    /**
     * Has a listener told of each change of the settings, on a worker thread, one change after the other; not of the
     * settings in force now.
     */
    public void onChange(Consumer<Settings> listener) {
        listeners.add(listener);
    }

    // Before all that reads settings at start, so that a mistake ends the start and nothing has begun to watch.
    void start(@Observes @Priority(1) StartupEvent event) {
        settings();
        loading.announce();
        long millis = every.toMillis();
        var _ = worker.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        worker.shutdownNow();
    }

    private void look() {
        try {
            loading.look().ifPresent(this::tell);
        } catch (Throwable e) { // whatever came out of here would end the looking for good
            LOG.error("looking for a change of the configuration failed", e);
        }
    }

    private void tell(Settings settings) {
        for (Consumer<Settings> listener : listeners) {
            try {
                listener.accept(settings);
            } catch (Throwable e) { // one part's fault costs the others nothing
                LOG.error("a part of pgvigil could not take the new configuration", e);
            }
        }
    }
}
