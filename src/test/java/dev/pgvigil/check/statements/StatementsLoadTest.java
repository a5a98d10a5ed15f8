package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a run costs a server with 5,000 statements and 100 MB of texts. The figures are written to {@code target/statements-cost-<major>.txt}.
 */
class StatementsLoadTest {

    private static final int STATEMENTS = 5000;
    private static final int COLUMNS = 75;
    private static final int TEXT_BYTES = 20_000;
    private static final int RUNS = 10;

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void readsFiveThousandStatementsInFiftyMilliseconds(int major) throws SQLException, IOException {
        try (PgServer server =
                PgServer.start(major, Map.of("pg_stat_statements.max", String.valueOf(STATEMENTS + 200)))) {
            String database = StatementsTest.withExtension(server);
            fill(server, database);
            Statements check = new Statements();
            try (Collecting asking = Collecting.slow(server, database);
                    Connection client = server.jdbc(database)) {
                double first = cpu(server);
                StatementStatistics seen = asking.collect(check);
                double texts = cpu(server) - first;
                double before = cpu(server);
                for (int i = 0; i < RUNS; i++) {
                    StatementsTest.run(client, 20, "select c1 from wide where c2 > 0");
                    seen = asking.collect(check);
                }
                double run = (cpu(server) - before) / RUNS;
                double hold = asking.longestHold(() -> {
                    for (int i = 0; i < RUNS; i++) {
                        asking.collect(check);
                    }
                });
                String figures = String.format(
                        Locale.ROOT,
                        "PostgreSQL %d: %d statements, %d MB of texts; CPU time of the server's process: a run %.1f ms, the run that "
                                + "reads texts %.0f ms; longest hold of the event loop in %d runs: %.1f ms of CPU%n",
                        major,
                        seen.entries(),
                        STATEMENTS * TEXT_BYTES / 1_000_000,
                        run,
                        texts,
                        RUNS,
                        hold);
                Files.writeString(Path.of("target", "statements-cost-" + major + ".txt"), figures);

                assertThat(seen.entries()).isGreaterThanOrEqualTo(STATEMENTS);
                assertThat(seen.top()).anyMatch(one -> one.calls() == 20 && "postgres".equals(one.usename()));
                assertThat(run).as(figures).isPositive();
                assertThat(hold).as(figures).isPositive();
                assertThat(texts).as("texts are read once").isGreaterThan(2 * run);
            }
        }
    }

    /** Milliseconds that the server's process of pgvigil's session was on a CPU, however busy the machine is. */
    private static double cpu(PgServer server) throws IOException {
        String pid = server.value("select pid from pg_stat_activity where usename = 'pgvigil'");
        String times = Files.readString(Path.of("/proc", String.valueOf(pid), "schedstat"));
        return Long.parseLong(times.substring(0, times.indexOf(' '))) / 1e6;
    }

    private static void fill(PgServer server, String database) throws SQLException {
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < COLUMNS; i++) {
            columns.append(i == 0 ? "" : ", ").append('c').append(i).append(" int");
        }
        server.sqlIn(database, "create table wide (" + columns + ")");
        String padding = " /* " + "x".repeat(TEXT_BYTES) + " */ ";
        try (Connection client = server.jdbc(database);
                Statement statement = client.createStatement()) {
            for (int i = 0; i < STATEMENTS; i++) {
                statement.execute("select c" + i / COLUMNS + padding + "from wide where c" + i % COLUMNS + " > 0");
            }
        }
    }
}
