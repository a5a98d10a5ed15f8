package dev.pgvigil.monitor;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.postgres.SessionsSection;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.target.TargetsSection;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Applies the configuration to the monitor at startup and after each change. */
@Singleton
class ConfigSubscriber {

    private final Configuration configuration;
    private final FleetMonitor monitor;
    private final Fleet fleet;

    ConfigSubscriber(Configuration configuration, FleetMonitor monitor, Fleet fleet) {
        this.configuration = configuration;
        this.monitor = monitor;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(this::apply);
        apply(configuration.settings());
    }

    private void apply(Settings settings) {
        Duration staleAfter = settings.get(MonitorSection.class).staleAfter();
        fleet.staleAfter(staleAfter);
        monitor.watch(
                settings.get(TargetsSection.class).entries(),
                settings.get(SessionsSection.class).askedEvery(staleAfter));
    }
}
