package dev.pgvigil.corpus;

import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/** The built-in transactions of pgbench, with its tables at scale 2; a dump and reports on a standby meanwhile. */
final class PgbenchCorpus implements Corpus {

    private static final int SCALE = 2;
    private static final int CLIENTS = 4;
    private static final int ACCOUNTS = 100_000 * SCALE;

    private static final List<String> TABLES =
            List.of("pgbench_branches", "pgbench_tellers", "pgbench_accounts", "pgbench_history");

    /** Reports delay vacuum on the primary, and replay until the primary knows of them. */
    private static final Map<String, String> REPORTING = Map.of(
            "hot_standby_feedback", "on", "wal_receiver_status_interval", "1s", "max_standby_streaming_delay", "2min");

    private static final String REPORT = """
            select a.bid, sum(abalance), count(distinct h.tid), pg_sleep(2)
            from pgbench_accounts a left join pgbench_history h using (aid) group by a.bid""";

    private static final String UPDATE = "update pgbench_accounts set abalance = abalance + ? where aid = ?";
    private static final String SELECT = "select abalance from pgbench_accounts where aid = ?";
    private static final String TELLER = "update pgbench_tellers set tbalance = tbalance + ? where tid = ?";
    private static final String BRANCH = "update pgbench_branches set bbalance = bbalance + ? where bid = ?";
    private static final String HISTORY =
            "insert into pgbench_history (tid, bid, aid, delta, mtime) values (?, ?, ?, ?, current_timestamp)";

    @Override
    public List<Workload> workloads() {
        return List.of(
                Workload.of("pgbench-tpcb-like", scene -> {
                    initialize(scene);
                    scene.repeat(CLIENTS, PgbenchCorpus::tpcbLike);
                }),
                Workload.of("pgbench-simple-update", scene -> {
                    initialize(scene);
                    scene.repeat(CLIENTS, PgbenchCorpus::simpleUpdate);
                }),
                Workload.of("pgbench-select-only", scene -> {
                    initialize(scene);
                    scene.repeat(
                            CLIENTS,
                            connection -> execute(
                                    connection,
                                    SELECT,
                                    ThreadLocalRandom.current().nextInt(ACCOUNTS) + 1));
                }),
                Workload.of("dump-while-tables-change", scene -> {
                    initialize(scene);
                    scene.repeat(2, PgbenchCorpus::tpcbLike);
                    scene.repeat(1, connection -> dump(scene, connection));
                }),
                Workload.of("reporting-replica", scene -> reports(scene, scene.standby()))
                        .settings(REPORTING)
                        .onStandby(),
                Workload.of(
                                "primary-of-reporting-replica",
                                scene -> reports(
                                        scene, scene.closing(scene.server().standby())))
                        .settings(REPORTING));
    }

    /** As {@code pgbench -i}. */
    static void initialize(Scene scene) {
        scene.sql(
                "create table pgbench_branches (bid int not null, bbalance int, filler char(88)) with (fillfactor = 100)",
                "create table pgbench_tellers (tid int not null, bid int, tbalance int, filler char(84)) with (fillfactor = 100)",
                "create table pgbench_accounts (aid int not null, bid int, abalance int, filler char(84)) with (fillfactor = 100)",
                "create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
                "insert into pgbench_branches select g, 0 from generate_series(1, %d) g".formatted(SCALE),
                "insert into pgbench_tellers select g, (g - 1) / 10 + 1, 0 from generate_series(1, %d) g"
                        .formatted(10 * SCALE),
                "insert into pgbench_accounts select g, (g - 1) / 100000 + 1, 0, '' from generate_series(1, %d) g"
                        .formatted(ACCOUNTS),
                "vacuum analyze pgbench_branches",
                "vacuum analyze pgbench_tellers",
                "vacuum analyze pgbench_accounts",
                "alter table pgbench_branches add primary key (bid)",
                "alter table pgbench_tellers add primary key (tid)",
                "alter table pgbench_accounts add primary key (aid)");
    }

    static void tpcbLike(Connection connection) throws SQLException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int aid = random.nextInt(ACCOUNTS) + 1;
        int bid = random.nextInt(SCALE) + 1;
        int tid = random.nextInt(10 * SCALE) + 1;
        int delta = random.nextInt(-5000, 5001);
        connection.setAutoCommit(false);
        execute(connection, UPDATE, delta, aid);
        execute(connection, SELECT, aid);
        execute(connection, TELLER, delta, tid);
        execute(connection, BRANCH, delta, bid);
        execute(connection, HISTORY, tid, bid, aid, delta);
        connection.commit();
    }

    static void simpleUpdate(Connection connection) throws SQLException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int aid = random.nextInt(ACCOUNTS) + 1;
        int delta = random.nextInt(-5000, 5001);
        connection.setAutoCommit(false);
        execute(connection, UPDATE, delta, aid);
        execute(connection, SELECT, aid);
        execute(connection, HISTORY, random.nextInt(10 * SCALE) + 1, random.nextInt(SCALE) + 1, aid, delta);
        connection.commit();
    }

    /** Transactions on the primary, and long queries on its standby. */
    private static void reports(Scene scene, PgServer standby) throws Exception {
        initialize(scene);
        scene.repeat(2, PgbenchCorpus::tpcbLike);
        String filled = "select 1 from pg_class where relname = 'pgbench_accounts_pkey'";
        while (standby.valueIn(Scene.DATABASE, filled) == null) {
            Thread.sleep(100);
        }
        for (int i = 0; i < 2; i++) {
            scene.repeatOn(standby, "report", connection -> {
                connection.setAutoCommit(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                execute(connection, REPORT);
                connection.commit();
            });
        }
    }

    /** By pg_dump, if one is installed that knows this version of the server; otherwise what it does, over JDBC. */
    private static void dump(Scene scene, Connection connection) throws Exception {
        if (pgDump() >= scene.server().major()) {
            Process process = new ProcessBuilder(
                            "pg_dump",
                            "--host=" + scene.server().host(),
                            "--port=" + scene.server().port(),
                            "--username=postgres",
                            "--file=/dev/null",
                            Scene.DATABASE)
                    .inheritIO()
                    .start();
            try {
                if (process.waitFor() != 0) {
                    throw new IllegalStateException("pg_dump fails");
                }
            } finally {
                process.destroy();
            }
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read, read only");
            for (String table : TABLES) {
                statement.execute("lock table " + table + " in access share mode");
            }
        }
        for (String table : TABLES) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy " + table + " to stdout", OutputStream.nullOutputStream());
        }
        connection.commit();
    }

    /** The major of the installed pg_dump; 0 if there is none. */
    private static int pgDump() throws Exception {
        if (!Tools.installed("pg_dump")) {
            return 0;
        }
        Process process = new ProcessBuilder("pg_dump", "--version").start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        return Integer.parseInt(version.replaceAll("\\D*(\\d+).*\\s*", "$1"));
    }

    private static void execute(Connection connection, String sql, int... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setInt(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }
}
