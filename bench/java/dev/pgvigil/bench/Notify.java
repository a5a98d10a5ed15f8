package dev.pgvigil.bench;

import dev.pgvigil.alert.channel.HttpReceiver;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * From the death of a server to the first notification at a receiver: pgvigil beside Debian's Prometheus, Alertmanager and
 * postgres_exporter at their usual settings, on the same server at the same time.
 */
final class Notify implements Benchmark {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "notify";
    }

    @Override
    public String title() {
        return "From a fault to the first notification";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        List<AutoCloseable> open = new ArrayList<>();
        try {
            PgServer server = PgServer.start(18);
            open.add(server);
            server.server(); // creates the role
            HttpReceiver receiver = new HttpReceiver();
            open.add(receiver);
            Service pgvigil = Pgvigil.start("""
                    pgvigil:
                      targets:
                    %s  alerts:
                        outbound: { allowed-hosts: 127.0.0.1, private-addresses: true }
                        rules: [{ keep-firing: 0s }]
                        receivers: { bench: { http: { url: "%s" } } }
                        routes: [{ receivers: bench, severities: critical }]
                    """.formatted(
                    FleetFile.target("shop", server.host(), server.port(), "postgres"), receiver.url("/pgvigil")));
            open.add(pgvigil);
            boolean stack = stack(server, receiver, open);
            pgvigil.awaitOk("/health/database");
            Plan.pause(plan.seconds(40, 20));
            List<Double> own = new ArrayList<>();
            List<Double> others = new ArrayList<>();
            int times = plan.times(10, 2);
            for (int i = 1; i <= times; i++) {
                Plan.pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(15_000)));
                int before = receiver.requests().size();
                Instant killed = Instant.now();
                server.kill();
                own.add(told(receiver, before, killed, "/pgvigil", "\"firing\""));
                if (stack) {
                    others.add(told(receiver, before, killed, "/alertmanager", "\"firing\""));
                }
                int after = receiver.requests().size();
                server.restart();
                told(receiver, before, killed, "/pgvigil", "\"resolved\"");
                if (stack) {
                    told(receiver, after, killed, "/alertmanager", "\"resolved\"");
                }
                Plan.say("notify: %d of %d: %.0f ms".formatted(i, times, own.getLast()));
            }
            return result(own, others);
        } finally {
            for (AutoCloseable each : open.reversed()) {
                each.close();
            }
        }
    }

    /** Starts exporter, Prometheus and Alertmanager, if all are installed. */
    private static boolean stack(PgServer server, HttpReceiver receiver, List<AutoCloseable> open) throws IOException {
        Optional<Path> exporter = Exporter.installed();
        Optional<Path> prometheus = installed("prometheus");
        Optional<Path> alertmanager = installed("prometheus-alertmanager").or(() -> installed("alertmanager"));
        if (exporter.isEmpty() || prometheus.isEmpty() || alertmanager.isEmpty()) {
            return false;
        }
        Service exporting = Exporter.start(exporter.get(), server);
        open.add(exporting);
        int port = Service.freePort();
        Path home = ServersDirectory.directory("alertmanager");
        Path routes = Files.writeString(home.resolve("alertmanager.yml"), """
                route: { receiver: bench, group_interval: 10s }
                receivers: [{ name: bench, webhook_configs: [{ url: "%s" }] }]
                """.formatted(receiver.url("/alertmanager")));
        open.add(Service.start(
                port,
                List.of(
                        alertmanager.get().toString(),
                        "--config.file=" + routes,
                        "--storage.path=" + home.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--cluster.listen-address="),
                Map.of()));
        Path rules = Files.writeString(
                home.resolve("rules.yml"),
                "groups: [{ name: bench, rules: [{ alert: PostgresqlDown, expr: pg_up == 0, labels: { severity: critical } }] }]\n");
        Path config = Files.writeString(home.resolve("prometheus.yml"), """
                global: { scrape_interval: 15s, evaluation_interval: 15s }
                rule_files: ["%s"]
                alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:%d"] }] }] }
                scrape_configs: [{ job_name: postgres, static_configs: [{ targets: ["%s"] }] }]
                """.formatted(
                        rules, port, exporting.at("").getAuthority()));
        int own = Service.freePort();
        open.add(Service.start(
                own,
                List.of(
                        prometheus.get().toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + home.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + own),
                Map.of()));
        return true;
    }

    private static Optional<Path> installed(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Milliseconds until the receiver got that at the path. */
    private static double told(HttpReceiver receiver, int before, Instant since, String path, String status)
            throws InterruptedException {
        Predicate<HttpReceiver.Request> wanted =
                request -> request.path().equals(path) && request.body().contains("\"status\":" + status);
        Instant until = Instant.now().plus(PATIENCE);
        while (receiver.requests().stream().skip(before).noneMatch(wanted)) {
            if (Instant.now().isAfter(until)) {
                throw new IllegalStateException("nothing " + status + " at " + path + " within " + PATIENCE);
            }
            Thread.sleep(2);
        }
        return Duration.between(since, Instant.now()).toNanos() / 1e6;
    }

    private static Result result(List<Double> own, List<Double> others) {
        Result result = new Result();
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("pgvigil", own));
        if (!others.isEmpty()) {
            rows.add(row("Prometheus and Alertmanager", others));
        }
        double[] sorted = sorted(own);
        result.figure("pgvigil_ms", sorted);
        result.figure("prometheus_ms", sorted(others));
        result.table(List.of("told by", "times", "p50 ms", "slowest ms"), rows);
        result.atMost("a killed server is notified of within 2 s", sorted[sorted.length - 1], 2000, "ms");
        result.note(
                "One server is killed at random moments while both watch it. pgvigil has its default intervals; Prometheus"
                        + " scrapes postgres_exporter and evaluates `pg_up == 0` every 15 s, and Alertmanager waits for a group for 30 s,"
                        + " as is usual; only its group_interval is 10 s, so that the next fault need not wait for 5 min."
                        + (others.isEmpty() ? " Debian's packages are not installed here." : ""));
        return result;
    }

    private static List<String> row(String who, List<Double> times) {
        double[] sorted = sorted(times);
        return List.of(
                who,
                Integer.toString(sorted.length),
                Result.number(sorted[sorted.length / 2]),
                Result.number(sorted[sorted.length - 1]));
    }

    private static double[] sorted(List<Double> times) {
        double[] all = times.stream().mapToDouble(each -> each).toArray();
        Arrays.sort(all);
        return all;
    }
}
