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

/** Has the watch follow the configuration, from the start and whenever it changes. */
@Singleton
class ConfigSubscriber {

    private final Configuration configuration;
    private final FleetMonitor watch;
    private final Fleet fleet;

    ConfigSubscriber(Configuration configuration, FleetMonitor watch, Fleet fleet) {
        this.configuration = configuration;
        this.watch = watch;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(this::follow);
        follow(configuration.settings());
    }

    private void follow(Settings settings) {
        Duration staleAfter = settings.get(MonitorSection.class).staleAfter();
        fleet.staleAfter(staleAfter);
        watch.watch(
                settings.get(TargetsSection.class).entries(),
                settings.get(SessionsSection.class).askedEvery(staleAfter));
    }
}
