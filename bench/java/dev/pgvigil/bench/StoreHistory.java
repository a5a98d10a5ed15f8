package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a store costs with a thousand targets, and how long a chart of a month takes. */
final class StoreHistory implements Benchmark {

    private static final int TARGETS = 1000;
    private static final int QUICK_TARGETS = 252;
    private static final int SECONDS_A_DAY = 86_400;
    private static final int CHART_TARGETS = 100;
    private static final int MONTH_DAYS = 30;

    /** A response without points would be fast for the wrong reason. */
    private static final int LEAST_BYTES = 50_000;

    private static final String FILL = """
            WITH parts AS MATERIALIZED (SELECT pgvigil.ensure_partition('history_5m', now() - day * interval '1 day')
                FROM generate_series(0, 32) AS day),
              made AS MATERIALIZED (SELECT count(*) FROM parts),
              added AS (INSERT INTO pgvigil.history_5m (target, at, up_count, up_sum, up_min, up_max,
                  response_time_count, response_time_sum, response_time_min, response_time_max,
                  connections_count, connections_sum, connections_min, connections_max)
                SELECT t.id, at, 600, 600, 1, 1, 600, 600 * random(), 0.1, 30 * random(), 60, 60 * random(), 1, 9
                FROM made, (SELECT id FROM pgvigil.target ORDER BY id LIMIT %d) AS t,
                  generate_series(date_trunc('hour', now()) - interval '%d days', date_trunc('hour', now()) - interval '1 hour',
                    interval '5 min') AS at
                ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*) FROM added""".formatted(CHART_TARGETS, MONTH_DAYS + 1);

    @Override
    public String name() {
        return "store";
    }

    @Override
    public String title() {
        return "A store with a thousand targets, and a chart of a month";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        int targets = plan.times(TARGETS, QUICK_TARGETS);
        List<PgServer> servers = new ArrayList<>();
        // As in production: what is committed is on the disk.
        try (PgServer store = PgServer.start(18, Map.of("fsync", "on", "synchronous_commit", "on"))) {
            String database = store.newDatabase("store");
            String yaml = Thousand.start(servers, targets)
                    + "  store: { url: \"postgresql://postgres@%s:%d/%s?sslmode=disable\" }\n"
                            .formatted(store.host(), store.port(), database);
            try (Service service = Pgvigil.start(yaml)) {
                service.awaitOk("/health/database");
                Plan.say("store: all targets healthy");
                Plan.pause(plan.seconds(75, 60));
                Result result = new Result();
                writes(plan, service, store, database, targets, result);
                chart(plan, service, store, database, result);
                return result;
            }
        } finally {
            servers.forEach(PgServer::close);
        }
    }

    private static void writes(Plan plan, Service service, PgServer store, String database, int targets, Result result)
            throws Exception {
        ServerLoad load = ServerLoad.of(store);
        Exposition before = Exposition.of(service);
        Duration cpuBefore = load.cpu();
        long rowsBefore = rows(store, database);
        long bytesBefore = bytes(store, database);
        Plan.pause(plan.seconds(300, 90));
        double seconds = Exposition.of(service).since(before).seconds();
        double cores = load.cpu().minus(cpuBefore).toNanos() / 1e9 / seconds;
        double rows = (rows(store, database) - rowsBefore) / seconds;
        double bytesADay = (bytes(store, database) - bytesBefore) / seconds * SECONDS_A_DAY * TARGETS / targets;
        double lost = Exposition.of(service).sum("pgvigil_store_rows_lost_total");
        result.table(
                List.of("targets", "rows/s", "raw, GB a day of 1,000 targets", "CPU of the store, cores", "rows lost"),
                List.of(List.of(
                        Integer.toString(targets),
                        Result.number(rows),
                        Result.number(bytesADay / 1e9),
                        Result.number(cores),
                        Result.number(lost))));
        result.figure("targets", targets);
        result.figure("rows_per_second", rows);
        result.figure("raw_bytes_a_day_of_1000", bytesADay);
        result.figure("store_cpu_cores", cores);
        result.figure("rows_lost", lost);
        result.atMost("a day of raw rows of 1,000 targets", bytesADay / 1e9, 1.5, "GB");
        result.atMost("CPU of the store", cores, 0.2, "cores");
        result.atMost("rows lost", lost, 0, "");
    }

    private static long rows(PgServer store, String database) {
        return number(store, database, "SELECT count(*) FROM pgvigil.history_raw");
    }

    private static long bytes(PgServer store, String database) {
        return number(
                store, database, "SELECT sum(bytes)::bigint FROM pgvigil.partitions() WHERE parent = 'history_raw'");
    }

    private static long number(PgServer store, String database, String query) {
        return Long.parseLong(String.valueOf(store.valueIn(database, query)));
    }

    private static void chart(Plan plan, Service service, PgServer store, String database, Result result)
            throws Exception {
        long filled = number(store, database, FILL);
        store.sqlIn(database, "VACUUM ANALYZE pgvigil.history_5m");
        String name = String.valueOf(store.valueIn(database, "SELECT name FROM pgvigil.target ORDER BY id LIMIT 1"));
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        URI chart = service.at("/api/v1/databases/" + URLEncoder.encode(name, StandardCharsets.UTF_8)
                + "/history?series=response_time&from=" + now.minus(Duration.ofDays(MONTH_DAYS)) + "&to=" + now);
        int times = plan.times(500, 100);
        double[] milliseconds = new double[times];
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = -times / 5; i < times; i++) {
                long start = System.nanoTime();
                HttpResponse<String> answer =
                        client.send(HttpRequest.newBuilder(chart).build(), BodyHandlers.ofString());
                if (answer.statusCode() != 200 || answer.body().length() < LEAST_BYTES) {
                    throw new IllegalStateException("%d: %d bytes"
                            .formatted(answer.statusCode(), answer.body().length()));
                }
                if (i >= 0) {
                    milliseconds[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        Arrays.sort(milliseconds);
        double p50 = milliseconds[times / 2];
        double p99 = milliseconds[Math.min(times - 1, times * 99 / 100)];
        result.table(
                List.of("chart of a month", "rows in the level", "p50 ms", "p99 ms"),
                List.of(List.of(
                        "response_time, from five minutes",
                        Long.toString(filled),
                        Result.number(p50),
                        Result.number(p99))));
        result.figure("chart_rows_in_level", filled);
        result.figure("chart_p50_ms", p50);
        result.figure("chart_p99_ms", p99);
        result.atMost("a chart of a month, p50", p50, 50, "ms");
    }
}
