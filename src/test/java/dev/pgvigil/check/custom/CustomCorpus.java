package dev.pgvigil.check.custom;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import java.util.List;

/** A business metric beyond its threshold, and a query that fails. */
final class CustomCorpus implements Corpus {

    private static final String QUEUE = """
            checks:
              custom-sql:
                queries:
                  queue:
                    query: select count(*) as waiting from public.queue
                    interval: 1s
                    metrics: [ { waiting: { usage: GAUGE } } ]
                    thresholds: [ { metric: waiting, above: { degraded: 10, unhealthy: 100 } } ]
            """;

    private static final String ANSWER = "create function answer() returns int return 42";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("business-metric-beyond-threshold", "custom-sql/threshold/queue_waiting", Status.UNHEALTHY)
                        .config(QUEUE)
                        .build(scene -> scene.sql(
                                "create table queue (id int)",
                                "grant select on queue to public",
                                "insert into queue select generate_series(1, 200)"))
                        .repair(scene -> scene.sql("delete from queue")),
                Fault.of("custom-query-fails", "custom-sql/failed/answer", Status.HEALTHY)
                        .config("checks: { custom-sql: { queries: { answer: { query: select answer(), interval: 1s,"
                                + " metrics: [ { answer: { usage: GAUGE } } ] } } } }")
                        .prepare(scene -> scene.sql(ANSWER))
                        .build(scene -> scene.sql("drop function answer()"))
                        .repair(scene -> scene.sql(ANSWER)));
    }
}
