package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one server with ten databases pays a minute for being watched. */
final class Cost implements Benchmark {

    private static final int DATABASES = 10;
    private static final String PGVIGIL = "pgvigil";
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration SCRAPE = Duration.ofSeconds(15);

    /** Nothing of its own may run meanwhile; each connection is logged so that it can be counted. */
    private static final Map<String, String> QUIET = Map.of(
            "autovacuum", "off",
            "log_connections", "on",
            "pg_stat_statements.track_planning", "on",
            "shared_buffers", "128MB");

    /** One server and who looks at it. */
    private static final class Watched {
        private final String who;
        private final String role;
        private final ServerLoad load;
        private final @Nullable Service exporter;
        private final LongSummaryStatistics connections = new LongSummaryStatistics();
        private Duration cpuBefore = Duration.ZERO;
        private long openedBefore;

        Watched(String who, String role, ServerLoad load, @Nullable Service exporter) {
            this.who = who;
            this.role = role;
            this.load = load;
            this.exporter = exporter;
        }

        void begin() {
            load.server().sql("select pg_stat_statements_reset()");
            openedBefore = load.opened(role);
            cpuBefore = load.cpu();
        }

        Duration cpu() {
            return load.cpu().minus(cpuBefore);
        }

        long opened() {
            return load.opened(role) - openedBefore;
        }
    }

    @Override
    public String name() {
        return "cost";
    }

    @Override
    public String title() {
        return "What one server with " + DATABASES + " databases pays a minute, beside postgres_exporter";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        List<PgServer> servers = List.of(server(14), server(14), server(18), server(14));
        Optional<Path> exporter = Exporter.installed();
        List<Watched> watched = new ArrayList<>();
        String yaml = "pgvigil:\n  targets:\n" + target("old", servers.get(0)) + target("new", servers.get(2));
        try (Service pgvigil = Pgvigil.start(yaml)) {
            watched.add(new Watched("pgvigil", PGVIGIL, ServerLoad.of(servers.get(0)), null));
            watched.add(new Watched("pgvigil", PGVIGIL, ServerLoad.of(servers.get(2)), null));
            if (exporter.isPresent()) {
                Service service = Exporter.start(exporter.get(), servers.get(1));
                watched.add(new Watched("postgres_exporter", Exporter.ROLE, ServerLoad.of(servers.get(1)), service));
            }
            watched.add(new Watched("nobody", "nobody", ServerLoad.of(servers.get(3)), null));
            pgvigil.awaitOk("/health/database");
            Plan.pause(Duration.ofSeconds(5));
            return measured(plan, watched, exporter.isPresent());
        } finally {
            watched.stream().map(one -> one.exporter).filter(one -> one != null).forEach(Service::close);
            servers.forEach(PgServer::close);
        }
    }

    private static PgServer server(int major) {
        PgServer server = PgServer.start(major, QUIET);
        server.sql("create extension pg_stat_statements");
        for (int i = 1; i < DATABASES; i++) {
            server.createDatabase("bench_" + i);
        }
        return server;
    }

    private static String target(String name, PgServer server) {
        server.server(); // makes the role
        return FleetFile.target(name, server.host(), server.port(), "postgres")
                + "      discover: { include: [\"*\"] }\n";
    }

    private static Result measured(Plan plan, List<Watched> watched, boolean compared) throws Exception {
        Duration time = plan.seconds(300, 60);
        for (Watched one : watched) {
            if (one.exporter != null) {
                one.exporter.get("/metrics"); // opens its connections
            }
        }
        watched.forEach(Watched::begin);
        long start = System.nanoTime();
        long scrape = start;
        for (long now = start; now - start < time.toNanos(); now = System.nanoTime()) {
            watched.forEach(one -> one.connections.accept(one.load.connections(one.role)));
            if (now >= scrape) {
                Plan.say("cost: %d of %d s".formatted((now - start) / 1_000_000_000, time.toSeconds()));
                scrape(watched);
                scrape += SCRAPE.toNanos();
            }
            Plan.pause(LOOK);
        }
        return result(watched, (System.nanoTime() - start) / 60e9, compared);
    }

    private static void scrape(List<Watched> watched) throws Exception {
        for (Watched one : watched) {
            if (one.exporter != null) {
                one.exporter.get("/metrics");
            }
        }
    }

    private static Result result(List<Watched> watched, double minutes, boolean compared) {
        Result result = new Result();
        List<List<String>> rows = new ArrayList<>();
        // Before the statements are asked for: that takes CPU of the server itself.
        List<Double> cpu =
                watched.stream().map(one -> one.cpu().toNanos() / 1e6 / minutes).toList();
        double idle = cpu.getLast();
        double ours = 0;
        double theirs = Double.NaN;
        for (int i = 0; i < watched.size(); i++) {
            Watched one = watched.get(i);
            ServerLoad.Statements statements = one.load.statements(one.role);
            String key = one.who + "." + one.load.server().major() + ".";
            double milliseconds = statements.milliseconds() / minutes;
            if (i == 0) {
                ours = milliseconds;
            } else if (one.exporter != null) {
                theirs = milliseconds;
            }
            rows.add(List.of(
                    one.who,
                    "PostgreSQL " + one.load.server().major(),
                    Result.number(statements.calls() / minutes),
                    Result.number(milliseconds),
                    Result.number(cpu.get(i) - (i == watched.size() - 1 ? 0 : idle)),
                    Result.number(one.connections.getAverage()),
                    Long.toString(one.connections.getMax()),
                    Result.number(one.opened() / minutes)));
            result.figure(key + "statements_per_minute", statements.calls() / minutes);
            result.figure(key + "statement_ms_per_minute", milliseconds);
            result.figure(key + "cpu_ms_per_minute", cpu.get(i));
            result.figure(key + "connections_average", one.connections.getAverage());
            result.figure(key + "connections_most", one.connections.getMax());
            result.figure(key + "connections_opened_per_minute", one.opened() / minutes);
        }
        result.table(
                List.of(
                        "who looks",
                        "server",
                        "statements",
                        "statement time, ms",
                        "CPU beyond an idle server's, ms",
                        "connections, average",
                        "most",
                        "opened"),
                rows);
        if (compared) {
            result.atMost("a tenth of postgres_exporter's statement time", ours / theirs, 0.1, "of it");
        } else {
            result.note(
                    "postgres_exporter is not here: `apt-get install " + Exporter.PACKAGE + "` brings the comparison.");
        }
        result.atMost(
                "one connection in ordinary work",
                watched.getFirst().connections.getAverage(),
                1.05,
                "on average");
        return result;
    }
}
