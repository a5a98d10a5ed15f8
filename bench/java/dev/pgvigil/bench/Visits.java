package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A thousand databases of one server: time between two visits to each, at an interval of one minute. */
final class Visits implements Benchmark {

    private static final int DATABASES = 1000;
    private static final int INTERVAL_SECONDS = 60;
    private static final String COLLECTED = "pgvigil_check_timestamp_seconds{check=\"capabilities\"";

    /** What the visits themselves can do: the standard budget of 1 % stretches the intervals of so many databases. */
    private static final String BUDGET = "  thresholds:\n    overhead:\n      budget: 50%\n      stretch: 1000\n";

    @Override
    public String name() {
        return "visits";
    }

    @Override
    public String title() {
        return "A thousand databases on one server, each visited every minute";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        int databases = plan.times(DATABASES, DATABASES / 5);
        try (PgServer server = PgServer.start(18, Map.of("fsync", "off", "max_connections", "50"))) {
            String yaml = FleetFile.of(List.of(server), databases) + "  checks:\n    capabilities:\n      every: "
                    + INTERVAL_SECONDS + "s\n" + BUDGET;
            Plan.say("visits: %d databases are made".formatted(databases));
            try (Service service = Pgvigil.start(yaml)) {
                service.awaitOk("/health/database");
                // The first runs are spread over the interval.
                Plan.pause(Duration.ofSeconds(INTERVAL_SECONDS * 5 / 4));
                return measured(plan, service, server, databases);
            }
        }
    }

    private static Result measured(Plan plan, Service service, PgServer server, int databases) throws Exception {
        Map<String, Double> last = new HashMap<>();
        List<Double> gaps = new ArrayList<>();
        Exposition before = Exposition.of(service);
        ServerLoad load = ServerLoad.of(server);
        Duration theirsBefore = load.cpu();
        Duration oursBefore = service.proc().cpu();
        double connections = 0;
        long start = System.nanoTime();
        Duration time = plan.seconds(4 * INTERVAL_SECONDS, 3 * INTERVAL_SECONDS);
        while (System.nanoTime() - start < time.toNanos()) {
            Exposition now = Exposition.of(service);
            connections = Math.max(connections, now.sum("pgvigil_server_connections_open"));
            now.series().forEach((series, at) -> {
                if (series.startsWith(COLLECTED)) {
                    Double earlier = last.put(series, at);
                    if (earlier != null && !earlier.equals(at)) {
                        gaps.add(at - earlier);
                    }
                }
            });
            Plan.pause(Duration.ofSeconds(5));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double runs =
                Exposition.of(service).since(before).sum("pgvigil_check_passes_total{check=\"capabilities\"") / seconds;
        double ours = service.proc().cpu().minus(oursBefore).toNanos() / 1e9 / seconds;
        double theirs = load.cpu().minus(theirsBefore).toNanos() / 1e9 / seconds;
        return result(databases, last.size(), gaps, runs, connections, ours, theirs);
    }

    private static Result result(
            int databases,
            int visited,
            List<Double> gaps,
            double runs,
            double connections,
            double ours,
            double theirs) {
        double longest = gaps.stream().mapToDouble(Double::doubleValue).max().orElse(Double.POSITIVE_INFINITY);
        Result result = new Result();
        result.table(
                List.of(
                        "databases",
                        "visited",
                        "passes/s",
                        "longest between two passes, s",
                        "connections at most",
                        "CPU of pgvigil, cores",
                        "of the server"),
                List.of(List.of(
                        Integer.toString(databases),
                        Integer.toString(visited),
                        Result.number(runs),
                        Result.number(longest),
                        Result.number(connections),
                        Result.number(ours),
                        Result.number(theirs))));
        result.figure("databases", databases);
        result.figure("visited", visited);
        result.figure("passes_per_second", runs);
        result.figure("longest_between_passes_seconds", longest);
        result.figure("connections_most", connections);
        result.figure("cpu_cores", ours);
        result.figure("server_cpu_cores", theirs);
        result.atMost("every database within its interval times 1.2", longest, 1.2 * INTERVAL_SECONDS, "s");
        result.atMost("databases that were never visited", databases - visited, 0, "");
        result.atMost("within the connection budget", connections, 5, "connections");
        return result;
    }
}
