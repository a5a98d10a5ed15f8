package dev.pgvigil.config;

import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.Expressions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Holds the configuration in force. It is loaded at start, which fails if it holds any mistake, and again when its files
 * change; a bad change leaves the old one in force.
 */
@Singleton
public class Configuration {

    private final Origin origin;
    private final List<Section<?>> sections;
    private final UnaryOperator<@Nullable String> environment;
    private final List<Consumer<Settings>> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable Settings settings;
    private volatile State state;

    /**
     * How loading went.
     *
     * @param origin the file, or {@code DATABASE_URL}
     * @param loadedAt since when the settings are in force; null: never loaded
     * @param lastAttemptAt when it was last tried; null: never
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
            long failedReloads) {}

    @Inject
    Configuration(@All List<Section<?>> sections, Config config) {
        this(
                Expressions.withoutExpansion(() -> Origin.of(
                        config.getConfigValue("pgvigil.config").getValue(),
                        config.getConfigValue("database.url").getValue())),
                sections,
                System::getenv);
    }

    Configuration(Origin origin, List<Section<?>> sections, UnaryOperator<@Nullable String> environment) {
        this.origin = origin;
        this.sections = List.copyOf(sections);
        this.environment = environment;
        this.state = new State(origin.name(), null, null, List.of(), 0, 0);
    }

    /**
     * The settings in force.
     *
     * @throws ConfigurationException with all problems, while no good configuration was ever loaded
     */
    public Settings settings() {
        Settings current = settings;
        return current == null ? first() : current;
    }

    /** How loading went. */
    public State state() {
        return state;
    }

    /**
     * Has a listener told of each new settings, after {@link #settings} gives them. It is called on a worker thread, one
     * change after the other, and not for the settings in force now.
     */
    public void onChange(Consumer<Settings> listener) {
        listeners.add(listener);
    }

    // Before all that reads settings at start: the first one that fails ends the start with this message.
    void start(@Observes @Priority(1) StartupEvent event) {
        settings();
    }

    private synchronized Settings first() {
        if (settings == null) {
            Attempt attempt = Attempt.at(origin, sections, environment);
            Instant now = Instant.now();
            settings = attempt.settings();
            state = new State(origin.name(), settings == null ? null : now, now, attempt.problems(), 0, 0);
        }
        Settings loaded = settings;
        if (loaded == null) {
            throw new ConfigurationException(
                    state.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
        return loaded;
    }
}
