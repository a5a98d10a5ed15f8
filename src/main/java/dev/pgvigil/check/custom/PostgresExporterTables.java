package dev.pgvigil.check.custom;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/**
 * The series of postgres_exporter for the tables of each database, those of the 300 largest. Apart from
 * {@link PostgresExporterSeries}, because there are some thirty for each table.
 */
@Singleton
public final class PostgresExporterTables implements ExporterQueries {

    static final String NAME = "postgres-exporter-tables";

    private static final List<CustomQuery> QUERIES = PostgresExporter.tables();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Requirements requirements() {
        return Requirements.NOTHING;
    }

    @Override
    public List<CustomQuery> queries() {
        return QUERIES;
    }

    @Override
    public void export(Results now, MetricSink sink) {
        now.queries().forEach(result -> QueryRunner.export(result, sink.foreign()));
    }
}
