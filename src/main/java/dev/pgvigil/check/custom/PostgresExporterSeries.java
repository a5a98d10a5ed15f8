package dev.pgvigil.check.custom;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.check.custom.Results.Sample;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/**
 * The series of postgres_exporter that common dashboards and alert rules use, so that they go on working.
 * It runs only where {@code metrics.compatibility} names it.
 */
@Singleton
public final class PostgresExporterSeries implements ExporterQueries {

    static final String NAME = "postgres-exporter";

    private static final String SETTINGS = "pg_settings";
    private static final List<CustomQuery> QUERIES = PostgresExporter.server();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(15)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<CustomQuery> queries() {
        return QUERIES;
    }

    /** The same server under several roles. */
    @Override
    public Results merge(Results newer, Results older) {
        return newer;
    }

    @Override
    public void export(Results now, MetricSink sink) {
        MetricSink foreign = sink.foreign();
        up(foreign, 1);
        for (Result result : now.queries()) {
            if (result.query().equals(SETTINGS)) {
                result.rows().forEach(row -> setting(row, foreign));
            } else {
                QueryRunner.export(result, foreign);
            }
            if (result.skipped() == null) {
                foreign.gauge(
                        "pg_scrape_collector_success",
                        "1 if the query succeeded, else 0.",
                        result.failure() == null ? 1 : 0,
                        "collector",
                        result.query());
            }
        }
    }

    @Override
    public void exportFailure(MetricSink sink) {
        up(sink.foreign(), 0);
    }

    private static void up(MetricSink foreign, double value) {
        foreign.gauge("pg_up", "1 if the server answers, else 0.", value);
    }

    /** In base units, with the unit in the name. */
    private static void setting(Sample row, MetricSink foreign) {
        String name = SETTINGS + "_" + row.labels().getOrDefault("name", "").replaceAll("[^a-zA-Z0-9_]", "_");
        double value = row.values().getOrDefault("setting", Double.NaN);
        SettingUnit unit = SettingUnit.of(row.labels().getOrDefault("unit", ""));
        foreign.gauge(name + unit.suffix(), "Setting of the server.", value > 0 ? value * unit.factor() : value);
    }
}
