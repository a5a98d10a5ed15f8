package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Latency of a readiness probe from the first second of a process on, at the request rates of kubelets and load balancers:
 * pgvigil, a stock Quarkus application and a bare Vert.x handler in turn, each restarted for each rate.
 */
final class ColdProbe {

    private static final int TARGETS = 10;
    private static final double KUBELETS = 20;

    /** Requests per second. */
    private static final double[] RATES = {1, KUBELETS, 1000};

    private final Plan plan;
    private final List<List<String>> rows = new ArrayList<>();
    private final Result result;

    /** A service to start and to query. */
    private record Contender(String name, String path, Starter starter) {}

    private interface Starter {

        Service start() throws IOException;
    }

    private ColdProbe(Plan plan, Result result) {
        this.plan = plan;
        this.result = result;
    }

    static void measure(Plan plan, List<PgServer> servers, Result result) throws Exception {
        ColdProbe cold = new ColdProbe(plan, result);
        List<Contender> contenders = List.of(
                new Contender("bare Vert.x", Bare.PATH, Bare::start),
                new Contender("stock", Probe.STOCK_PATH, () -> Stock.start(servers.getFirst())),
                new Contender("pgvigil", "/health/ready", () -> Pgvigil.start(FleetFile.of(servers, TARGETS))));
        try (Service warm = Bare.start()) {
            warm.awaitOk(Bare.PATH);
            for (double rate : RATES) {
                for (Contender contender : contenders) {
                    cold.measure(contender, rate, warm);
                }
            }
        }
        result.table(List.of("cold probe", "load", "requests", "p50 ms", "p99 ms", "max ms", "CPU ms"), cold.rows);
        result.note(
                "Cold: the process is started for this row, and asked from its first 200 on; what asks was warmed up on"
                        + " another process. CPU: of the process while it was asked. p99 of few requests is their maximum.");
        double bare = cold.p99("bare Vert.x");
        double pgvigil = cold.p99("pgvigil");
        result.atMost("cold ready probe at 20/s, p99 under 5 ms", pgvigil, 5, "ms");
        result.atMost("cold ready probe at 20/s, p99 beside the bare handler's", pgvigil / bare, 2, "times");
    }

    private void measure(Contender contender, double rate, Service warm) throws Exception {
        String load = Result.number(rate) + "/s";
        Plan.say("probe: cold %s, %s".formatted(contender.name, load));
        List<Latencies> latencies = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        Duration time = plan.seconds(20, 10);
        for (int i = 0; i < plan.times(3, 1); i++) {
            Latencies.Warmed client = Latencies.Warmed.on(warm, contender.path, rate, time);
            try (Service service = contender.starter.start()) {
                service.awaitOk(contender.path);
                Duration before = service.proc().cpu();
                latencies.add(client.ask(service));
                cpu.add(service.proc().cpu().minus(before).toNanos() / 1e6);
            }
        }
        rows.add(Stream.of(
                        contender.name + " `" + contender.path + "`",
                        load,
                        Result.number(rate * time.toSeconds()),
                        median(latencies, Latencies::p50),
                        median(latencies, Latencies::p99),
                        median(latencies, Latencies::max),
                        Result.number(median(cpu)))
                .toList());
        result.figure(
                key(contender.name, rate, "p50_ms"), median(latencies.stream().map(Latencies::p50)));
        result.figure(
                key(contender.name, rate, "p99_ms"), median(latencies.stream().map(Latencies::p99)));
        result.figure(
                key(contender.name, rate, "max_ms"), median(latencies.stream().map(Latencies::max)));
        result.figure(key(contender.name, rate, "cpu_ms"), median(cpu));
    }

    private double p99(String contender) {
        return (double) result.figures().getOrDefault(key(contender, KUBELETS, "p99_ms"), 0d);
    }

    private static String key(String contender, double rate, String figure) {
        return "cold." + contender + "." + (int) rate + "." + figure;
    }

    private static String median(List<Latencies> latencies, Function<Latencies, Double> figure) {
        return Result.number(median(latencies.stream().map(figure)));
    }

    private static double median(Stream<Double> values) {
        return median(values.toList());
    }

    private static double median(List<Double> values) {
        return Faults.median(
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }
}
