package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A thousand endpoints at the default intervals. PostgreSQL listens on at most 64 addresses, so there are 16 servers with 63
 * loopback addresses each besides the harness' own: pgvigil treats every endpoint as a separate server.
 */
final class Thousand implements Benchmark {

    private static final int ENDPOINTS = Integer.getInteger("bench.endpoints", 1000);
    private static final int EACH = 63;
    private static final int SCRAPE_SECONDS = 15;

    @Override
    public String name() {
        return "thousand";
    }

    @Override
    public String title() {
        return "A thousand server endpoints at the default cadences";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        List<PgServer> servers = new ArrayList<>();
        try {
            String yaml = start(servers, ENDPOINTS);
            Plan.say("thousand: %d servers are up".formatted(servers.size()));
            try (Service service = Pgvigil.start(yaml)) {
                Duration ready = service.awaitOk("/health/database");
                Plan.say("thousand: all targets healthy after %d ms".formatted(ready.toMillis()));
                // The first runs of a fleet of this size are spread over a minute.
                Plan.pause(plan.seconds(75, 60));
                return measured(plan, service, servers, ready);
            }
        } finally {
            servers.forEach(PgServer::close);
        }
    }

    /** Starts servers with so many endpoints; returns the configuration that watches them. */
    static String start(List<PgServer> servers, int endpoints) {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
        for (int endpoint = 0; endpoint < endpoints; endpoint++) {
            int server = endpoint / EACH;
            if (server == servers.size()) {
                servers.add(server(server));
            }
            PgServer real = servers.get(server);
            yaml.append(
                    FleetFile.target("target-" + endpoint, address(server, endpoint % EACH), real.port(), "postgres"));
        }
        return yaml.toString();
    }

    private static PgServer server(int number) {
        String addresses = IntStream.range(0, EACH)
                .mapToObj(one -> address(number, one))
                .collect(Collectors.joining(",", "127.0.0.1,", ""));
        PgServer server = PgServer.start(18, Map.of("listen_addresses", addresses, "max_connections", "300"));
        server.server(); // creates the role
        // 63 servers in one: the connection limit of the published grants is for one server.
        server.sql("alter role pgvigil connection limit -1");
        return server;
    }

    private static String address(int server, int number) {
        return "127.1." + server + "." + (number + 1);
    }

    private static Result measured(Plan plan, Service service, List<PgServer> servers, Duration ready)
            throws Exception {
        List<ServerLoad> loads = new ArrayList<>();
        for (PgServer server : servers) {
            loads.add(ServerLoad.of(server));
        }
        Exposition before = Exposition.of(service);
        Duration cpuBefore = service.proc().cpu();
        Duration theirsBefore = cpu(loads);
        long start = System.nanoTime();
        double resident = 0;
        Duration time = plan.seconds(60, 20);
        for (int second = 1; System.nanoTime() - start < time.toNanos(); second++) {
            Plan.pause(Duration.ofSeconds(1));
            resident = Math.max(resident, service.proc().residentMb());
            if (second % SCRAPE_SECONDS == 0) {
                service.get("/metrics");
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cores = service.proc().cpu().minus(cpuBefore).toNanos() / 1e9 / seconds;
        double theirs = cpu(loads).minus(theirsBefore).toNanos() / 1e9 / seconds;
        return result(Exposition.of(service).since(before), cores, theirs, resident, ready);
    }

    private static Duration cpu(List<ServerLoad> loads) {
        return loads.stream().map(ServerLoad::cpu).reduce(Duration.ZERO, Duration::plus);
    }

    private static Result result(Exposition seen, double cores, double theirs, double resident, Duration ready) {
        double heartbeats = seen.sum("pgvigil_check_passes_total{check=\"heartbeat\"") / seen.seconds();
        double failed = seen.sum("pgvigil_check_failures_total{check=\"heartbeat\"");
        double p50 = seen.quantile("pgvigil_heartbeat_lateness_seconds", 0.5) * 1000;
        double p99 = seen.quantile("pgvigil_heartbeat_lateness_seconds", 0.99) * 1000;
        Result result = new Result();
        result.table(
                List.of(
                        "endpoints",
                        "heartbeats/s",
                        "failed",
                        "CPU of pgvigil, cores",
                        "of the servers",
                        "resident MB, most",
                        "lateness p50 ms",
                        "p99 ms",
                        "all healthy after"),
                List.of(List.of(
                        Integer.toString(ENDPOINTS),
                        Result.number(heartbeats),
                        Result.number(failed),
                        Result.number(cores),
                        Result.number(theirs),
                        Result.number(resident),
                        Result.number(p50),
                        Result.number(p99),
                        ready.toMillis() + " ms")));
        result.figure("endpoints", ENDPOINTS);
        result.figure("heartbeats_per_second", heartbeats);
        result.figure("heartbeats_failed", failed);
        result.figure("cpu_cores", cores);
        result.figure("servers_cpu_cores", theirs);
        result.figure("resident_mb", resident);
        result.figure("lateness_p50_ms", p50);
        result.figure("lateness_p99_ms", p99);
        result.figure("all_healthy_after_ms", ready.toMillis());
        result.atMost("under one core", cores, 1, "cores");
        result.atMost("under 512 MB resident", resident, 512, "MB");
        result.atMost("heartbeat lateness p99 under 100 ms", p99, 100, "ms");
        result.atMost(
                "heartbeats left out, of two a second of each",
                Math.max(0, 100 - 100 * heartbeats / (2 * ENDPOINTS)),
                2,
                "%");
        result.note("Lateness: from when a heartbeat was due to when it began, of pgvigil's own histogram, interpolated"
                + " inside its buckets. Scraped every " + SCRAPE_SECONDS + " s meanwhile.");
        return result;
    }
}
