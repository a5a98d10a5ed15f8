package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Latency of probes while the servers are healthy, and while all of them are frozen; and latency of the API. */
final class Probe implements Benchmark {

    private static final int SERVERS = 3;
    private static final int TARGETS = 10;
    private static final double RATE = 1000;
    private static final List<String> PATHS = List.of("/health/ready", "/health/database");
    private static final List<String> READS =
            List.of("/api/v1/fleet", "/api/v1/databases/target-0", "/api/v1/databases/target-0/connections");
    private static final String FRESH = "/api/v1/databases/target-0/status?fresh=true";
    private static final double FRESH_RATE = 100;
    static final String STOCK_PATH = "/q/health/ready";

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public String title() {
        return "Ready probe, servers healthy and frozen, beside a stock Quarkus application";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        List<PgServer> servers = new ArrayList<>();
        try {
            IntStream.range(0, SERVERS).forEach(i -> servers.add(PgServer.start(18)));
            Result result = new Result();
            List<List<String>> rows = new ArrayList<>();
            pgvigil(plan, servers, rows, result);
            stock(plan, servers.getFirst(), rows, result);
            ColdProbe.measure(plan, servers, result);
            result.table(
                    List.of(
                            "probe",
                            "servers",
                            "load",
                            "requests/s",
                            "p50 ms",
                            "p99 ms",
                            "p99.9 ms",
                            "max ms",
                            "answers other than 200"),
                    rows);
            result.note("Load: one process" + (Latencies.pinning() ? ", pinned to one core" : "") + ", "
                    + Latencies.CONNECTIONS
                    + " connections. Full: each asks again when answered (closed loop: latency is the price of"
                    + " saturation). " + Result.number(RATE)
                    + "/s: open loop, each latency from the moment at which the"
                    + " request was due, so late answers are not omitted.");
            return result;
        } finally {
            servers.forEach(PgServer::close);
        }
    }

    private static void pgvigil(Plan plan, List<PgServer> servers, List<List<String>> rows, Result result)
            throws Exception {
        try (Service service = Pgvigil.start(FleetFile.of(servers, TARGETS))) {
            service.awaitOk("/health/database");
            for (String path : PATHS) {
                Plan.say("probe: pgvigil %s warms up".formatted(path));
                Latencies.of(service, path, 0, plan.seconds(8, 4), Duration.ofSeconds(1));
            }
            for (String path : PATHS) {
                export(plan, service, "pgvigil", path, "healthy", rows, result);
            }
            for (String path : READS) {
                Latencies.of(service, path, 0, plan.seconds(3, 1), Duration.ofSeconds(1));
                export(plan, service, "pgvigil", path, "healthy", RATE, rows, result);
            }
            export(plan, service, "pgvigil", FRESH, "healthy", FRESH_RATE, rows, result);
            servers.forEach(PgServer::freeze);
            Plan.pause(Duration.ofSeconds(5));
            for (String path : PATHS) {
                export(plan, service, "pgvigil", path, "frozen", rows, result);
            }
            result.figure("pgvigil.resident_mb", service.proc().residentMb());
        } finally {
            servers.forEach(PgServer::thaw);
        }
        wishes(result);
    }

    private static void wishes(Result result) {
        for (String path : PATHS) {
            double healthy =
                    (double) result.figures().getOrDefault(key("pgvigil", path, "healthy", RATE, "p99_ms"), 0d);
            double frozen = (double) result.figures().getOrDefault(key("pgvigil", path, "frozen", RATE, "p99_ms"), 0d);
            result.atMost("`" + path + "` p99 under 5 ms, healthy", healthy, 5, "ms");
            result.atMost("`" + path + "` p99 under 5 ms, frozen", frozen, 5, "ms");
        }
        for (String path : READS) {
            result.atMost(
                    "`" + path + "` p99 under 5 ms",
                    (double) result.figures().getOrDefault(key("pgvigil", path, "healthy", RATE, "p99_ms"), 0d),
                    5,
                    "ms");
        }
        result.atMost(
                "asked anew, p99 under 50 ms",
                (double) result.figures().getOrDefault(key("pgvigil", FRESH, "healthy", FRESH_RATE, "p99_ms"), 0d),
                50,
                "ms");
    }

    private static void export(
            Plan plan, Service service, String who, String path, String servers, List<List<String>> rows, Result result)
            throws Exception {
        for (double rate : new double[] {RATE, 0}) {
            export(plan, service, who, path, servers, rate, rows, result);
        }
    }

    private static void export(
            Plan plan,
            Service service,
            String who,
            String path,
            String servers,
            double rate,
            List<List<String>> rows,
            Result result)
            throws Exception {
        String load = rate == 0 ? "full" : Result.number(rate) + "/s";
        Plan.say("probe: %s %s, servers %s, load %s".formatted(who, path, servers, load));
        Latencies latencies = Latencies.of(service, path, rate, plan.seconds(2, 1), plan.seconds(8, 3));
        rows.add(List.of(
                who + " `" + path + "`",
                servers,
                load,
                Result.number(latencies.perSecond()),
                Result.number(latencies.p50()),
                Result.number(latencies.p99()),
                Result.number(latencies.p999()),
                Result.number(latencies.max()),
                Long.toString(latencies.otherStatus())));
        Map.of(
                        "per_second",
                        latencies.perSecond(),
                        "p50_ms",
                        latencies.p50(),
                        "p99_ms",
                        latencies.p99(),
                        "max_ms",
                        latencies.max())
                .forEach((figure, value) -> result.figure(key(who, path, servers, rate, figure), value));
    }

    private static String key(String who, String path, String servers, double rate, String figure) {
        return String.join(".", who + path, servers, rate == 0 ? "full" : "open", figure);
    }

    private static void stock(Plan plan, PgServer server, List<List<String>> rows, Result result) throws Exception {
        try (Service service = Stock.start(server)) {
            service.awaitOk(STOCK_PATH);
            Plan.say("probe: stock application warms up");
            Latencies.of(service, STOCK_PATH, 0, plan.seconds(8, 4), Duration.ofSeconds(1));
            export(plan, service, "stock", STOCK_PATH, "healthy", rows, result);
            result.figure("stock.resident_mb", service.proc().residentMb());
            server.freeze();
            int times = plan.times(3, 1);
            double[] seconds = new double[times];
            for (int i = 0; i < times; i++) {
                Plan.say("probe: stock application, server frozen, probe %d of %d".formatted(i + 1, times));
                long start = System.nanoTime();
                service.get(STOCK_PATH);
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
            double median =
                    Arrays.stream(seconds).sorted().skip(times / 2).findFirst().orElseThrow();
            rows.add(List.of(
                    "stock `" + STOCK_PATH + "`",
                    "frozen",
                    "one by one, " + times,
                    Result.number(1 / median),
                    Result.number(median * 1000),
                    "",
                    "",
                    "",
                    ""));
            result.figure("stock.frozen_seconds", seconds);
        }
    }
}
