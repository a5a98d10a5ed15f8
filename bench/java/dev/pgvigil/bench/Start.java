package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Time from the start of the process until it is ready, and memory, for each packaging. */
final class Start implements Benchmark {

    private static final int TARGETS = 10;
    private static final Duration SETTLED = Duration.ofSeconds(2);

    /** One packaging of the product. */
    private record Packaging(String name, List<String> command) {}

    /** The figures of one start. */
    private record Seen(double milliseconds, double cpuMilliseconds, double residentMb) {}

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String title() {
        return "Start to the first ready answer, and resident memory, with ten servers";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        String addresses = IntStream.range(0, TARGETS).mapToObj(Start::address).collect(Collectors.joining(","));
        try (PgServer server = PgServer.start(18, Map.of("listen_addresses", "127.0.0.1," + addresses))) {
            server.server(); // creates the role
            server.sql("alter role pgvigil connection limit -1");
            StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
            IntStream.range(0, TARGETS)
                    .forEach(i -> yaml.append(FleetFile.target("target-" + i, address(i), server.port(), "postgres")));
            return measured(plan, yaml.toString());
        }
    }

    private static String address(int number) {
        return "127.2.0." + (number + 1);
    }

    private static List<Packaging> packagings() {
        List<Packaging> all = new ArrayList<>();
        Path fast = Path.of("target/bench-fast-jar").toAbsolutePath();
        if (Files.exists(fast)) {
            all.add(new Packaging("fast-jar", Pgvigil.jar(fast, List.of())));
        }
        all.add(new Packaging("aot-jar", Pgvigil.jar(Pgvigil.APP, List.of())));
        all.add(new Packaging("aot-jar with cache, `bin/pgvigil`", Pgvigil.command()));
        return all;
    }

    private static Result measured(Plan plan, String yaml) throws Exception {
        Result result = new Result();
        List<List<String>> rows = new ArrayList<>();
        for (Packaging packaging : packagings()) {
            List<Seen> seen = new ArrayList<>();
            once(packaging, yaml); // from here on the files are in the page cache
            for (int i = 1; i <= plan.times(9, 3); i++) {
                seen.add(once(packaging, yaml));
                Plan.say("start: %s %d: %.0f ms, %.0f MB"
                        .formatted(packaging.name, i, seen.getLast().milliseconds, seen.getLast().residentMb));
            }
            double[] times =
                    seen.stream().mapToDouble(Seen::milliseconds).sorted().toArray();
            double[] cpu =
                    seen.stream().mapToDouble(Seen::cpuMilliseconds).sorted().toArray();
            double[] memory =
                    seen.stream().mapToDouble(Seen::residentMb).sorted().toArray();
            rows.add(List.of(
                    packaging.name,
                    Integer.toString(times.length),
                    Result.number(Faults.median(times)),
                    Result.number(times[0]) + " to " + Result.number(times[times.length - 1]),
                    Result.number(Faults.median(cpu)),
                    Result.number(Faults.median(memory)),
                    Result.number(memory[0]) + " to " + Result.number(memory[memory.length - 1])));
            result.figure(packaging.name + ".ready_ms", times);
            result.figure(packaging.name + ".cpu_ms", cpu);
            result.figure(packaging.name + ".resident_mb", memory);
            if (packaging.command.equals(Pgvigil.command())) {
                result.atMost("ready within 500 ms, median", Faults.median(times), 500, "ms");
                result.atMost("150 MB resident, median", Faults.median(memory), 150, "MB");
            }
        }
        result.table(
                List.of(
                        "packaging",
                        "starts",
                        "ready ms, median",
                        "from, to",
                        "CPU ms",
                        "resident MB, median",
                        "from, to"),
                rows);
        result.note("Ready: 200 at `/health/ready`, which waits for the first heartbeat of every target. Resident "
                + SETTLED.toSeconds() + " s later.");
        return result;
    }

    private static Seen once(Packaging packaging, String yaml) throws Exception {
        try (Service service = Pgvigil.start(packaging.command, yaml)) {
            Duration ready = service.awaitOk("/health/ready");
            Duration cpu = service.proc().cpu();
            Plan.pause(SETTLED);
            return new Seen(
                    ready.toNanos() / 1e6, cpu.toNanos() / 1e6, service.proc().residentMb());
        }
    }
}
