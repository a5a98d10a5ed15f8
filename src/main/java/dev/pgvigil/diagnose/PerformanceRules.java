package dev.pgvigil.diagnose;

import dev.pgvigil.diagnose.PerformanceView.QueryResult;
import dev.pgvigil.diagnose.PerformanceView.Rating;
import dev.pgvigil.diagnose.PerformanceView.Times;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rating of a performance test, and what to do. A rating is reached if all of its limits hold. Pure.
 *
 * @param complete whether all runs were made; else the rating is {@link Rating#FAIR} at best
 */
record PerformanceRules(Times connections, List<QueryResult> queries, boolean complete) {

    /** The limits of a rating: the success rate of all runs, the worst p95 of a query, the average opening of a session. */
    private record Limits(Rating rating, double successRate, double p95Ms, double connectMs) {}

    private static final List<Limits> RATINGS = List.of(
            new Limits(Rating.EXCELLENT, 1, 10, 50),
            new Limits(Rating.GOOD, 0.99, 100, 200),
            new Limits(Rating.FAIR, 0.95, 1000, 1000));

    private static final double SLOW_MS = 100;
    private static final double SLOW_CONNECT_MS = 200;
    private static final int UNEVEN = 5;

    double successRate() {
        int runs = queries.stream().mapToInt(query -> query.times().runs()).sum();
        int succeeded =
                queries.stream().mapToInt(query -> query.times().succeeded()).sum();
        return runs == 0 ? 0 : rounded((double) succeeded / runs);
    }

    @Nullable
    Double poolEfficiency() {
        Double connect = connections.averageMs();
        List<Double> averages = queries.stream()
                .flatMap(query -> Stream.ofNullable(query.times().averageMs()))
                .toList();
        if (connect == null || averages.isEmpty()) {
            return null;
        }
        double query =
                averages.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        return rounded(connect / (connect + query));
    }

    Rating rating() {
        double worst = queries.stream()
                .mapToDouble(query -> query.times().p95Ms() == null
                        ? Double.MAX_VALUE
                        : query.times().p95Ms())
                .max()
                .orElse(Double.MAX_VALUE);
        double connect = connections.averageMs() == null ? Double.MAX_VALUE : connections.averageMs();
        return RATINGS.stream()
                .filter(limits -> complete || limits.rating() == Rating.FAIR)
                .filter(limits -> successRate() >= limits.successRate()
                        && worst <= limits.p95Ms()
                        && connect <= limits.connectMs())
                .map(Limits::rating)
                .findFirst()
                .orElse(Rating.POOR);
    }

    List<String> recommendations() {
        Set<String> all = new LinkedHashSet<>();
        for (int i = 0; i < queries.size(); i++) {
            failed(i + 1, queries.get(i), all);
        }
        for (int i = 0; i < queries.size(); i++) {
            slow(i + 1, queries.get(i).times(), all);
        }
        if (!complete) {
            all.add("Not all runs were made: ask for fewer iterations, or for faster queries.");
        }
        Double connect = connections.averageMs();
        Double efficiency = poolEfficiency();
        if (connect != null && connect > SLOW_CONNECT_MS) {
            all.add("Opening a session takes " + connect
                    + " ms: the diagnostics of this database show which step is slow.");
        }
        if (efficiency != null && efficiency > 0.5) {
            all.add("Opening a session takes longer than a query: applications should use a connection pool.");
        }
        return new ArrayList<>(all);
    }

    private static void failed(int number, QueryResult query, Set<String> all) {
        if (query.error() == null) {
            return;
        }
        String state = query.sqlState() == null ? "" : query.sqlState();
        String what = "Query " + number + " ";
        all.add(
                switch (state) {
                    case "42601" -> what + "is not one SELECT statement: only one SELECT, VALUES or TABLE is run.";
                    case "25006" -> what + "writes: only queries that a read-only transaction allows are run.";
                    case "42501" -> what + "needs a privilege: grant SELECT on its tables to pgvigil's role.";
                    case "42P01", "42883", "42703" ->
                        what + "names an object that does not exist: qualify names with their schema.";
                    case "57014" -> what + "exceeds sessions.slow-statement-timeout: check its plan.";
                    case "55P03" -> what + "waits for a lock: check the lock wait trees.";
                    case String other -> what + "fails: " + query.error();
                });
    }

    private static void slow(int number, Times times, Set<String> all) {
        Double p95 = times.p95Ms();
        Double minimum = times.minimumMs();
        if (p95 == null || minimum == null) {
            return;
        }
        if (p95 > SLOW_MS) {
            all.add("Query " + number + " is slow (p95 " + p95
                    + " ms): check its plan with EXPLAIN (ANALYZE, BUFFERS).");
        }
        if (times.succeeded() >= UNEVEN && p95 > SLOW_MS / 10 && p95 > UNEVEN * minimum) {
            all.add("Query " + number + " is uneven (minimum " + minimum + " ms, p95 " + p95
                    + " ms): check for locks, cold caches and load at that time.");
        }
    }

    private static double rounded(double ratio) {
        return Math.round(ratio * 10_000) / 10_000.0;
    }
}
