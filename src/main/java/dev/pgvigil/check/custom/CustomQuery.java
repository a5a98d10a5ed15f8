package dev.pgvigil.check.custom;

import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One query of the configuration, and what its columns mean.
 *
 * @param name of the query; metrics are named {@code <name>_<column>}
 * @param interval between two runs
 * @param timeout of the statement, enforced by the server
 * @param versions on which it runs
 * @param role of the servers on which it runs
 * @param extension that must be installed in the database; null: none
 * @param databases in which it runs
 * @param columns by name; a column that is not listed is ignored
 */
record CustomQuery(
        String name,
        String sql,
        Duration interval,
        Duration timeout,
        VersionRange versions,
        ExpectedRole role,
        @Nullable String extension,
        Glob databases,
        Map<String, Column> columns,
        List<Limit> limits) {

    /** The names of its metrics. */
    List<String> metrics() {
        return columns.values().stream()
                .filter(Column::isMetric)
                .map(column -> name + "_" + column.name())
                .toList();
    }

    /** What a column means, with the names of postgres_exporter. */
    enum Usage {
        DISCARD,
        LABEL,
        COUNTER,
        GAUGE,
        MAPPEDMETRIC,
        DURATION,
        HISTOGRAM
    }

    /**
     * A column of the result.
     *
     * @param mapping of a mapped metric: the value of each text
     * @param raw whether it is selected by {@link RawText#sql}: a name that may be in the encoding of any database
     */
    record Column(String name, Usage usage, String description, Map<String, Double> mapping, boolean raw) {

        boolean isMetric() {
            return switch (usage) {
                case COUNTER, GAUGE, MAPPEDMETRIC, DURATION -> true;
                case DISCARD, LABEL, HISTOGRAM -> false;
            };
        }
    }

    /**
     * A threshold on a column that makes findings.
     *
     * @param above whether greater values are worse; else smaller ones
     * @param degraded the value from which a target is degraded; null: none
     * @param unhealthy the value from which a target is unhealthy; null: none
     * @param action what to do; null: not stated
     */
    record Limit(
            String column,
            boolean above,
            @Nullable Double degraded,
            @Nullable Double unhealthy,
            @Nullable String action) {

        boolean exceeds(double value, @Nullable Double limit) {
            return limit != null && (above ? value >= limit : value <= limit);
        }
    }

    CustomQuery {
        columns = Map.copyOf(columns);
        limits = List.copyOf(limits);
    }

    /** Why it does not run in this database, as text; empty if it does. */
    Optional<String> unmet(ServerFacts facts, String database) {
        if (!databases.matches(database)) {
            return Optional.of("not in this database");
        }
        if (!versions.contains(facts.versionNumber())) {
            return Optional.of("not on PostgreSQL " + facts.version());
        }
        if (!role.allows(facts.role())) {
            return Optional.of("not on a " + facts.role().name().toLowerCase(java.util.Locale.ROOT));
        }
        if (extension != null && !facts.extensions().containsKey(extension)) {
            return Optional.of("needs extension " + extension);
        }
        return Optional.empty();
    }
}
