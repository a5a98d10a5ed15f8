package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueriesReaderTest {

    /** With what is found in files in the field: comments, quotes, flow and block style, words of YAML 1.1, unknown keys. */
    private static final String FIELD = """
            # metrics of the shop
            pg_replication:
              query: "SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0 ELSE GREATEST (0, EXTRACT(EPOCH FROM (now() - pg_last_xact_replay_timestamp()))) END AS lag"
              master: true
              metrics:
                - lag:
                    usage: "GAUGE"
                    description: "Replication lag behind master in seconds"

            pg_postmaster:
              query: 'SELECT pg_postmaster_start_time as start_time_seconds from pg_postmaster_start_time()'
              master: yes
              cache_seconds: 30
              runonserver: ">=10.0.0 <19"
              theme: classic
              metrics:
                - start_time_seconds:
                    usage: "gauge"
                    description: "Time at which postmaster started"
                    unit: s

            pg_statio_user_tables:
              query: >
                SELECT current_database() datname, schemaname, relname, heap_blks_read
                FROM pg_statio_user_tables
              metrics:
                - datname: {usage: "LABEL", description: "Name of current database"}
                - schemaname:
                    usage: LABEL
                - relname:
                    usage: LABEL
                - heap_blks_read:
                    usage: COUNTER
                - state:
                    usage: MAPPEDMETRIC
                    metric_mapping:
                      up: 1
                      down: 0
            """;

    @Test
    void readsFilesOfPostgresExporterAsTheyAre() {
        LoadedConfig loaded = Queries.file(FIELD);
        assertThat(loaded.problems()).isEmpty();
        Target target = loaded.settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst();
        List<CustomQuery> queries = target.option(CustomSql.FILES);

        assertThat(queries)
                .extracting(CustomQuery::name)
                .containsExactly("pg_replication", "pg_postmaster", "pg_statio_user_tables");
        assertThat(queries.get(0).role()).isEqualTo(ExpectedRole.PRIMARY);
        assertThat(queries.get(0).interval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(queries.get(1).interval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(queries.get(1).versions().contains(190000)).isFalse();
        assertThat(queries.get(2).columns().values().stream()
                        .filter(column -> column.name().equals("state"))
                        .findFirst()
                        .orElseThrow()
                        .mapping())
                .containsEntry("up", 1.0)
                .containsEntry("down", 0.0);
    }

    @Test
    void namesFileLineAndKeyOfEveryMistake() {
        assertThat(Queries.file("""
                        pg_lag:
                          query: select 1 as lag
                          runonserver: "new"
                          metrics:
                            - lag: { usage: GAUGES }
                        pg_none:
                          metrics: []
                        """).problems())
                .anySatisfy(problem -> assertThat(problem)
                        .contains("queries.yaml\":3: pg_lag.runonserver: must be a range of versions"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("queries.yaml\":5: ").contains("lag.usage: must be one of"))
                .anySatisfy(problem -> assertThat(problem).contains("pg_none: needs a query"))
                .hasSize(3);
        assertThat(Queries.file("- a list").problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("queries.yaml\":1: the file: must be a map"));
    }

    @Test
    void rejectsUnknownKeysAndThresholdsOfUnknownColumnsInTheConfiguration() {
        assertThat(Queries.inline("""
                        queue:
                          query: select 1 as waiting
                          intervall: 1m
                          metrics: [ { waiting: { usage: GAUGE } } ]
                          thresholds: [ { metric: waitin, above: { degraded: 1 } }, { metric: waiting } ]
                        """).problems())
                .anySatisfy(problem -> assertThat(problem).contains("intervall").contains("did you mean interval?"))
                .anySatisfy(problem -> assertThat(problem).contains("must be a metric of the query, not \"waitin\""))
                .anySatisfy(problem -> assertThat(problem).contains("needs either above or below"));
    }
}
