package dev.pgvigil.check.activity;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;

/** Lock queues, long transactions, deadlocks; advisory locks and queues that are healthy. */
final class ActivityCorpus implements Corpus {

    private static final String BLOCKING =
            "thresholds: { blocking: { degraded: 1s }, long-work: { idle-in-transaction: 2s } }";

    @Override
    public List<Fault> faults() {
        return List.of(Fault.of("lock-queue-behind-idle-transaction", "blocking/waiting", Status.DEGRADED)
                .config(BLOCKING)
                .build(ActivityCorpus::lockQueue));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(
                Workload.of("leader-election", ActivityCorpus::leaderElection),
                Workload.of("queue-with-skip-locked", ActivityCorpus::queue));
    }

    private static void lockQueue(Scene scene) throws Exception {
        scene.sql("create table orders (id int)");
        Connection holder = scene.connect();
        holder.setAutoCommit(false);
        execute(holder, "lock table orders in access exclusive mode");
        for (int i = 0; i < 3; i++) {
            scene.background("select count(*) from orders");
        }
    }

    private static void leaderElection(Scene scene) throws Exception {
        execute(scene.connect("leader"), "select pg_advisory_lock(1)");
        scene.background("select pg_advisory_lock(1)");
        scene.background("select pg_advisory_lock(1)");
    }

    private static void queue(Scene scene) throws Exception {
        scene.sql("create table jobs (id bigserial primary key, done bool default false)");
        scene.sql("insert into jobs (done) select false from generate_series(1, 20000)");
        scene.repeat(
                4,
                connection -> execute(
                        connection,
                        "update jobs set done = true where id = "
                                + "(select id from jobs where not done order by id for update skip locked limit 1)"));
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
