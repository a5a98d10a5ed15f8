package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cost per minute of monitoring one server, every check on.
 *
 * @param name of the benchmark
 * @param databases of the server
 * @param tables in the last of them, each with an index
 * @param statements that pg_stat_statements has
 */
record Cost(String name, int databases, int tables, int statements) implements Benchmark {

    static final Cost USUAL = new Cost("cost", 10, 0, 0);
    static final Cost LARGE = new Cost("large", 2, 10_000, 5_000);

    /** Tables that are created in one transaction: each takes locks. */
    private static final int BATCH = 500;

    private static final String PGVIGIL = "pgvigil";
    private static final String EXPORTER = "postgres_exporter";
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration SCRAPE = Duration.ofSeconds(15);

    /** No background work of the server may run meanwhile; connections are logged so that they can be counted. */
    private static final Map<String, String> QUIET = Map.of(
            "autovacuum", "off",
            "log_connections", "on",
            "pg_stat_statements.track_planning", "on",
            "pg_stat_statements.max", "6000",
            "shared_buffers", "128MB");

    @Override
    public String title() {
        String size = tables == 0 ? "" : ", %,d tables and %,d statements".formatted(tables, statements);
        return "What one server with " + databases + " databases" + size + " pays a minute, beside postgres_exporter";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        // Debian's exporter supports PostgreSQL up to 15.
        try (PgServer old = server(14);
                PgServer current = server(18);
                PgServer scraped = server(14);
                PgServer idle = server(14);
                Service pgvigil =
                        Pgvigil.start("pgvigil:\n  targets:\n" + target("old", old) + target("new", current))) {
            List<Onlooker> onlookers = new ArrayList<>();
            onlookers.add(new Onlooker(PGVIGIL, PGVIGIL, ServerLoad.of(old)));
            onlookers.add(new Onlooker(PGVIGIL, PGVIGIL, ServerLoad.of(current)));
            onlookers.add(new Onlooker("nobody", "nobody", ServerLoad.of(idle)));
            pgvigil.awaitOk("/health/database");
            Optional<Path> program = Exporter.installed();
            if (program.isEmpty()) {
                return measured(plan, onlookers, null);
            }
            try (Service exporter = Exporter.start(program.get(), scraped)) {
                exporter.awaitOk("/metrics"); // and it opens its connections
                onlookers.add(new Onlooker(EXPORTER, Exporter.ROLE, ServerLoad.of(scraped)));
                return measured(plan, onlookers, exporter);
            }
        }
    }

    private PgServer server(int major) {
        PgServer server = PgServer.start(major, QUIET);
        server.sql("create extension pg_stat_statements");
        for (int i = 1; i < databases; i++) {
            server.createDatabase("bench_" + i);
        }
        String last = "bench_" + (databases - 1);
        for (int i = 0; i < tables; i += BATCH) {
            server.sqlIn(last, """
                    do $$ begin for i in %d .. %d loop
                      execute format('create table t_%%s (id bigint primary key, name text)', i);
                    end loop; end $$""".formatted(i, i + BATCH - 1));
        }
        for (int i = 0; i < statements; i += BATCH) {
            server.sqlIn(last, """
                    set pg_stat_statements.track = 'all';
                    do $$ begin for i in %d .. %d loop
                      execute format('select id, name from t_%%s where id = 1', i);
                    end loop; end $$""".formatted(i, i + BATCH - 1));
        }
        return server;
    }

    private static String target(String name, PgServer server) {
        server.server(); // creates the role
        return FleetFile.target(name, server.host(), server.port(), "postgres")
                + "      discover: { include: [\"*\"] }\n      checks: { plans: { enabled: true } }\n";
    }

    private static Result measured(Plan plan, List<Onlooker> onlookers, @Nullable Service exporter) throws Exception {
        Plan.pause(Duration.ofSeconds(5)); // the checks have run once
        Duration time = plan.seconds(300, 60);
        onlookers.forEach(Onlooker::begin);
        long start = System.nanoTime();
        long scrape = start;
        for (long now = start; now - start < time.toNanos(); now = System.nanoTime()) {
            onlookers.forEach(Onlooker::look);
            if (now >= scrape) {
                Plan.say("cost: %d of %d s".formatted((now - start) / 1_000_000_000, time.toSeconds()));
                if (exporter != null) {
                    exporter.get("/metrics");
                }
                scrape += SCRAPE.toNanos();
            }
            Plan.pause(LOOK);
        }
        return result(onlookers, (System.nanoTime() - start) / 60e9);
    }

    private static Result result(List<Onlooker> onlookers, double minutes) {
        Result result = new Result();
        List<List<String>> rows = new ArrayList<>();
        List<Onlooker.Price> prices =
                onlookers.stream().map(one -> one.price(minutes)).toList();
        for (int i = 0; i < prices.size(); i++) {
            rows.add(row(onlookers.get(i).who(), prices.get(i)));
            figures(onlookers.get(i).who() + "." + prices.get(i).major() + ".", prices.get(i), result);
        }
        result.table(
                List.of(
                        "who looks",
                        "server",
                        "statements",
                        "statement time, ms",
                        "CPU of all its processes, ms",
                        "connections, average",
                        "most",
                        "opened"),
                rows);
        result.note("A minute's worth, of " + Math.round(minutes) + ". Statement time is execution and planning, by"
                + " pg_stat_statements, of the onlooker's role. A server that nobody looks at shows what CPU is not the"
                + " onlookers' doing.");
        wishes(prices, result);
        return result;
    }

    private static void wishes(List<Onlooker.Price> prices, Result result) {
        Onlooker.Price ours = prices.getFirst();
        if (prices.size() > 3) {
            Onlooker.Price theirs = prices.getLast();
            result.atMost(
                    "half of postgres_exporter's statement time",
                    ours.statementTime() / theirs.statementTime(),
                    0.5,
                    "of it");
        } else {
            result.note(EXPORTER + " is not installed here: `apt-get install " + Exporter.PACKAGE
                    + "` brings the comparison.");
        }
        result.atMost("one connection in ordinary work", ours.connectionsAverage(), 1.05, "on average");
    }

    private static List<String> row(String who, Onlooker.Price price) {
        return List.of(
                who,
                "PostgreSQL " + price.major(),
                Result.number(price.statements()),
                Result.number(price.statementTime()),
                Result.number(price.cpu()),
                Result.number(price.connectionsAverage()),
                Long.toString(price.connectionsMost()),
                Result.number(price.opened()));
    }

    private static void figures(String key, Onlooker.Price price, Result result) {
        result.figure(key + "statements_per_minute", price.statements());
        result.figure(key + "statement_ms_per_minute", price.statementTime());
        result.figure(key + "cpu_ms_per_minute", price.cpu());
        result.figure(key + "connections_average", price.connectionsAverage());
        result.figure(key + "connections_most", price.connectionsMost());
        result.figure(key + "connections_opened_per_minute", price.opened());
    }
}
