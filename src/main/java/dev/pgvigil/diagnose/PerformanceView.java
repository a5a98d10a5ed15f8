package dev.pgvigil.diagnose;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The result of a performance test. */
@Schema(name = "Performance")
public record PerformanceView(
        String databaseName,

        @Schema(description = "time when the test began") Instant timestamp,

        @Schema(description = "duration of the test in milliseconds")
        double tookMs,

        @Schema(description = "requested runs of each query")
        int iterations,

        @Schema(description = "false: the test ended before all runs, after 30 s or because the connection was lost")
        boolean complete,

        @Schema(description = "opening of sessions, with login and the verification of their settings")
        Times connections,

        @Schema(description = "in the order of the request") List<QueryResult> queries,

        @Schema(description = "share of all runs that succeeded")
        double successRate,

        @Nullable
        @Schema(
                description =
                        "share of the time of a query on a new connection that a pooled connection saves; null: no query"
                                + " succeeded")
        Double poolEfficiency,

        Rating rating,

        @Schema(description = "most important first") List<String> recommendations) {

    /** The rating of a database for these queries. */
    @Schema(name = "PerformanceRating")
    public enum Rating {
        EXCELLENT,
        GOOD,
        FAIR,
        POOR
    }

    /** Durations in milliseconds; null if nothing succeeded. */
    @Schema(name = "Times")
    public record Times(
            int runs,
            int succeeded,
            @Nullable Double averageMs,
            @Nullable Double minimumMs,
            @Nullable Double maximumMs,

            @Nullable @Schema(description = "95th percentile")
            Double p95Ms) {}

    /** One query. */
    @Schema(name = "QueryPerformance")
    public record QueryResult(
            String query,
            Times times,
            double successRate,

            @Nullable
            @Schema(description = "number of rows of the latest successful run; the rows themselves stay on the server")
            Long rows,

            @Nullable @Schema(description = "the latest error")
            String error,

            @Nullable @Schema(description = "its SQLSTATE") String sqlState) {}

    public PerformanceView {
        queries = List.copyOf(queries);
        recommendations = List.copyOf(recommendations);
    }
}
