package dev.pgvigil.telemetry;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/**
 * Exports the series of the fleet to Prometheus. They are built during the scrape, so they end with their target and never have
 * to be unregistered.
 */
@Singleton
final class PrometheusExport extends Collector implements Collector.Describable {

    private final FleetCollector collector;
    private final CollectorRegistry registry;

    PrometheusExport(FleetCollector collector, CollectorRegistry registry) {
        this.collector = collector;
        this.registry = registry;
    }

    /** The registry that is scraped. It needs a scope: without one, every injection point would get its own instance. */
    @Produces
    @Singleton
    static CollectorRegistry scraped() {
        return new CollectorRegistry(true);
    }

    void register(@Observes StartupEvent event) {
        registry.register(this);
    }

    /** Samples of a family are created when they are read, so that only those of one family are in memory. */
    @Override
    public List<MetricFamilySamples> collect() {
        List<Family> families = collector.families();
        return new AbstractList<>() {
            @Override
            public MetricFamilySamples get(int index) {
                Family family = families.get(index);
                return new MetricFamilySamples(family.name(), type(family.kind()), family.help(), samples(family));
            }

            @Override
            public int size() {
                return families.size();
            }
        };
    }

    /** Empty: the families differ between collections. */
    @Override
    public List<MetricFamilySamples> describe() {
        return List.of();
    }

    private static Type type(Kind kind) {
        return switch (kind) {
            case GAUGE -> Type.GAUGE;
            case COUNTER -> Type.COUNTER;
        };
    }

    private static List<MetricFamilySamples.Sample> samples(Family family) {
        List<MetricFamilySamples.Sample> samples =
                new ArrayList<>(family.series().size());
        family.series()
                .forEach((labels, value) -> samples.add(
                        new MetricFamilySamples.Sample(family.name(), labels.names(), labels.values(), value)));
        return samples;
    }
}
