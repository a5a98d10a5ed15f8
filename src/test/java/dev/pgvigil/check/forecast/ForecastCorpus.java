package dev.pgvigil.check.forecast;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** A sequence that is being used up. */
final class ForecastCorpus implements Corpus {

    private static final String SECONDS = "thresholds: { forecast: { window: 8s } }";

    @Override
    public List<Fault> faults() {
        return List.of(Fault.of("sequence-runs-out", "forecast/sequence", Status.DEGRADED)
                .config(SECONDS)
                .patience(Duration.ofSeconds(90))
                .prepare(scene -> scene.sql(
                        "create table tickets (id smallserial primary key)",
                        "grant select on sequence tickets_id_seq to pgvigil"))
                .build(scene -> scene.repeat(1, connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("select max(nextval('tickets_id_seq')) from generate_series(1, 100)");
                    }
                    Thread.sleep(250);
                }))
                .repair(scene -> {
                    scene.quiet();
                    scene.sql("drop table tickets");
                }));
    }
}
