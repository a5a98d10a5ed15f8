package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What pgvigil says of fifty healthy servers when it starts on a core that other programs keep busy: a finding that a server is
 * unreachable is false then, since only pgvigil itself is slow.
 */
final class BusyStart implements Benchmark {

    private static final int ENDPOINTS = 50;
    private static final List<String> ONE_CORE = List.of("taskset", "-c", "0");

    @Override
    public String name() {
        return "busy-start";
    }

    @Override
    public String title() {
        return "False findings of a start on one busy core, with fifty servers";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        String addresses =
                IntStream.range(0, ENDPOINTS).mapToObj(BusyStart::address).collect(Collectors.joining(","));
        try (PgServer server =
                PgServer.start(18, Map.of("listen_addresses", "127.0.0.1," + addresses, "max_connections", "300"))) {
            server.server(); // creates the role
            server.sql("alter role pgvigil connection limit -1");
            StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
            IntStream.range(0, ENDPOINTS)
                    .forEach(i -> yaml.append(FleetFile.target("target-" + i, address(i), server.port(), "postgres")));
            Result result = new Result();
            List<List<String>> rows = new ArrayList<>();
            double most = 0;
            for (int others : new int[] {1, 4}) {
                List<Seen> seen = new ArrayList<>();
                for (int i = 0; i < plan.times(5, 2); i++) {
                    seen.add(once(plan, yaml.toString(), others));
                    Plan.say("busy-start: %d busy processes: %s".formatted(others, seen.getLast()));
                }
                double[] ready =
                        seen.stream().mapToDouble(Seen::readyMs).sorted().toArray();
                double worst =
                        seen.stream().mapToDouble(Seen::falseFindings).max().orElseThrow();
                most = Math.max(most, worst);
                rows.add(List.of(
                        Integer.toString(others),
                        Integer.toString(ready.length),
                        Result.number(Faults.median(ready)),
                        Result.number(ready[ready.length - 1]),
                        Result.number(worst)));
                result.figure("others_" + others + ".ready_ms", ready);
            }
            result.table(
                    List.of(
                            "busy processes beside",
                            "starts",
                            "all healthy after ms, median",
                            "longest",
                            "false findings, most"),
                    rows);
            result.atMost("no false finding", most, 0, "findings");
            return result;
        }
    }

    private record Seen(double readyMs, long falseFindings) {}

    private static Seen once(Plan plan, String yaml, int others) throws Exception {
        List<Process> busy = new ArrayList<>();
        try {
            for (int i = 0; i < others; i++) {
                busy.add(new ProcessBuilder(command(List.of("sh", "-c", "while :; do :; done"))).start());
            }
            try (Service service = Pgvigil.start(command(Pgvigil.command()), yaml)) {
                Duration ready = service.awaitOk("/health/database");
                Plan.pause(plan.seconds(20, 10));
                return new Seen(ready.toNanos() / 1e6, falseFindings(service));
            }
        } finally {
            busy.forEach(Process::destroyForcibly);
        }
    }

    private static long falseFindings(Service service) throws IOException {
        return service.log()
                .lines()
                .filter(line -> line.contains("[FindingLogger]"))
                .filter(line -> line.contains("(critical)") || line.contains(": unhealthy, was"))
                .peek(Plan::say)
                .count();
    }

    private static List<String> command(List<String> command) {
        return Stream.concat(ONE_CORE.stream(), command.stream()).toList();
    }

    private static String address(int number) {
        return "127.3.0." + (number + 1);
    }
}
