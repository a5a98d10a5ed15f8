package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.cluster.Cluster;
import dev.pgvigil.cluster.ClusterView;
import dev.pgvigil.state.Snapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Supplier;

/** How this replica shares the fleet with others. */
@Singleton
final class ClusterSeries implements SeriesSource {

    private final Supplier<ClusterView> cluster;

    @Inject
    ClusterSeries(Cluster cluster) {
        this(cluster::view);
    }

    ClusterSeries(Supplier<ClusterView> cluster) {
        this.cluster = cluster;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        ClusterView view = cluster.get();
        MetricSink sink = builder.under(Labels.NONE);
        sink.gauge(
                "pgvigil_cluster_enabled",
                "1 if Redis is configured, so that replicas share the fleet.",
                view.enabled() ? 1 : 0);
        if (!view.enabled()) {
            return;
        }
        sink.gauge(
                "pgvigil_cluster_redis_up", "1 if Redis answers.", view.redis().connected() ? 1 : 0);
        sink.gauge(
                "pgvigil_cluster_members",
                "Replicas that share the fleet, as this one knows it.",
                view.members().size());
        sink.gauge(
                "pgvigil_cluster_configured_servers",
                "Servers that are configured in this replica.",
                view.servers().configured());
        sink.gauge(
                "pgvigil_cluster_owned_servers",
                "Servers that this replica watches.",
                view.servers().owned());
        sink.gauge(
                "pgvigil_cluster_adopted_servers",
                "Servers of other replicas that this one watches too, while Redis is away.",
                view.servers().adopted());
        for (String problem : new String[] {"configurations_differ", "eviction", "redis_away"}) {
            sink.gauge(
                    "pgvigil_cluster_problem",
                    "1 if there is this problem with sharing the fleet.",
                    view.problems().stream().anyMatch(one -> one.key().equals("share." + problem)) ? 1 : 0,
                    "problem",
                    problem);
        }
        sink.counter(
                "pgvigil_cluster_published_total",
                "States of servers that this replica has published to the others.",
                (double) view.exchange().published());
        sink.counter(
                "pgvigil_cluster_published_bytes_total",
                "Bytes of the states that this replica has published.",
                (double) view.exchange().publishedBytes());
        sink.counter(
                "pgvigil_cluster_refused_total",
                "States that Redis refused, because another replica had taken over the server.",
                (double) view.exchange().refused());
        sink.counter(
                "pgvigil_cluster_received_total",
                "States of servers that this replica has received from the others.",
                (double) view.exchange().received());
        sink.counter(
                "pgvigil_cluster_exchange_failures_total",
                "Exchanges with Redis that failed, and values that could not be shared.",
                (double) view.exchange().failures());
    }
}
