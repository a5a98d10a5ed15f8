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
 * Gives the series of the fleet to Prometheus. They are made while it asks, so that they end with their target and nothing
 * has to be taken back.
 */
@Singleton
final class PrometheusExport extends Collector implements Collector.Describable {

    private final FleetCollector walk;
    private final CollectorRegistry registry;

    PrometheusExport(FleetCollector walk, CollectorRegistry registry) {
        this.walk = walk;
        this.registry = registry;
    }

    /** The one that is scraped: without a scope, which Quarkus' own lacks, everyone would get another. */
    @Produces
    @Singleton
    static CollectorRegistry scraped() {
        return new CollectorRegistry(true);
    }

    void register(@Observes StartupEvent event) {
        registry.register(this);
    }

    /** Each family's samples are made when they are read, so that those of one alone are in memory. */
    @Override
    public List<MetricFamilySamples> collect() {
        List<Family> families = walk.families();
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

    /** Nothing: what is collected differs from time to time. */
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
