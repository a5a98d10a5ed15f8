package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.SnapshotPublisher;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchingExporterTest {

    private static final int TARGETS = 100;
    private static final int TABLES = 200;

    private final Scraping scraping = new Scraping(new Sample("tables", Scope.DATABASE, (now, gauges) -> {
        for (int table = 0; table < TABLES; table++) {
            gauges.gauge("pgvigil_table_bytes", "Size.", now, "relname", "t" + table);
        }
    }));

    @Test
    void splitsLargeExports() {
        Snapshot snapshot = SnapshotPublisher.EMPTY;
        for (int i = 0; i < TARGETS; i++) {
            Server server = new Server("db" + i, 5432, "pgvigil", null, Tls.PREFER);
            snapshot = SnapshotPublisher.with(
                    snapshot,
                    Scraping.state(
                            Target.of("shop" + i, server, "shop"),
                            Status.HEALTHY,
                            Map.of("tables", Scraping.observed(i))));
        }
        SnapshotPublisher.put(scraping.fleet, snapshot);
        Collecting collecting = new Collecting(true);
        CompletableResultCode result =
                new BatchingExporter(collecting).export(new OtlpExport(scraping.registry).produce(Resource.empty()));

        assertThat(result.isSuccess()).isTrue();
        assertThat(collecting.requests)
                .hasSizeBetween(5, 10)
                .allSatisfy(request -> assertThat(points(request)).isBetween(1, BatchingExporter.POINTS));
        assertThat(collecting.requests.stream()
                        .flatMap(Collection::stream)
                        .filter(metric -> metric.getName().equals("pgvigil_table_bytes"))
                        .flatMap(metric -> metric.getData().getPoints().stream())
                        .map(point -> point.getAttributes().toString())
                        .distinct())
                .hasSize(TARGETS * TABLES);
    }

    @Test
    void sendsSmallExportInOneRequest() {
        Collecting collecting = new Collecting(true);
        new BatchingExporter(collecting).export(new OtlpExport(scraping.registry).produce(Resource.empty()));

        assertThat(collecting.requests).hasSize(1);
    }

    @Test
    void reportsRejectedBatch() {
        assertThat(new BatchingExporter(new Collecting(false))
                        .export(new OtlpExport(scraping.registry).produce(Resource.empty()))
                        .isSuccess())
                .isFalse();
    }

    private static int points(Collection<MetricData> request) {
        return request.stream()
                .mapToInt(metric -> metric.getData().getPoints().size())
                .sum();
    }

    private static final class Collecting implements MetricExporter {

        private final List<Collection<MetricData>> requests = new ArrayList<>();
        private final boolean taking;

        Collecting(boolean taking) {
            this.taking = taking;
        }

        @Override
        public CompletableResultCode export(Collection<MetricData> metrics) {
            requests.add(metrics);
            return taking ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }
    }
}
