package dev.pgvigil.cluster;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.monitor.FleetMonitor;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Ownership;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Shares the fleet with other replicas while a Redis is configured; otherwise this process watches everything. */
@Singleton
public class Cluster implements Ownership {

    private static final Logger LOG = Logger.getLogger(Cluster.class);
    private static final Duration LEAVE = Duration.ofSeconds(2);
    /** Before the monitor starts, and before it stops. */
    private static final int EARLY = 100;

    private final Configuration configuration;
    private final FleetMonitor monitor;
    private final Fleet fleet;
    private final SnapshotCodec codec;
    private final Vertx vertx;
    private final String version;
    private volatile @Nullable SharedFleet shared;

    @Inject
    Cluster(
            Configuration configuration,
            FleetMonitor monitor,
            Fleet fleet,
            Catalogue catalogue,
            Vertx vertx,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.configuration = configuration;
        this.monitor = monitor;
        this.fleet = fleet;
        this.codec = new SnapshotCodec(catalogue);
        this.vertx = vertx;
        this.version = version;
    }

    void start(@Observes @Priority(EARLY) StartupEvent event) {
        configuration.onChange(this::configure);
        configure(configuration.settings());
    }

    void stop(@Observes @Priority(EARLY) ShutdownEvent event) {
        SharedFleet sharing = shared;
        shared = null;
        if (sharing != null) {
            leave(sharing);
        }
    }

    private synchronized void configure(Settings settings) {
        ClusterSettings wanted = settings.get(ClusterSection.class);
        List<Target> targets = settings.get(TargetsSection.class).entries();
        SharedFleet sharing = shared;
        if (sharing != null && sharing.settings().equals(wanted)) {
            sharing.configure(targets);
            return;
        }
        if (sharing != null) {
            leave(sharing);
            shared = null;
        }
        if (wanted.enabled()) {
            SharedFleet started = new SharedFleet(wanted, version, vertx, fleet, monitor, codec);
            shared = started;
            started.start(targets);
        } else if (sharing != null) {
            var _ = monitor.assign(server -> true);
        }
    }

    private static void leave(SharedFleet sharing) {
        try {
            sharing.leave().toCompletionStage().toCompletableFuture().get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the other replicas could not be told that this one ends", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean alone() {
        return shared == null;
    }

    @Override
    public OptionalLong token(Server server) {
        SharedFleet sharing = shared;
        return sharing == null ? OptionalLong.of(0) : sharing.token(server);
    }

    @Override
    public void refused(Server server) {
        SharedFleet sharing = shared;
        if (sharing != null) {
            sharing.refused(server);
        }
    }

    /** The replicas and what they watch, as this one knows it. */
    public ClusterView view() {
        SharedFleet sharing = shared;
        return sharing == null ? ClusterView.ALONE : sharing.view();
    }
}
