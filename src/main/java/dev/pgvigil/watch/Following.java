package dev.pgvigil.watch;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.target.SessionsSection;
import dev.pgvigil.target.TargetsSection;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Has the watch follow the configuration, from the start and whenever it changes. */
@Singleton
class Following {

    private final Configuration configuration;
    private final Watch watch;
    private final Fleet fleet;

    Following(Configuration configuration, Watch watch, Fleet fleet) {
        this.configuration = configuration;
        this.watch = watch;
        this.fleet = fleet;
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(this::follow);
        follow(configuration.settings());
    }

    private void follow(Settings settings) {
        Duration staleAfter = settings.get(WatchSection.class).staleAfter();
        fleet.staleAfter(staleAfter);
        watch.watch(
                settings.get(TargetsSection.class).entries(),
                settings.get(SessionsSection.class).askedEvery(staleAfter));
    }
}
