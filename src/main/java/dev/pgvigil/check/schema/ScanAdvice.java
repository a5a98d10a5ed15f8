package dev.pgvigil.check.schema;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.schema.MissingIndexes.Table;
import dev.pgvigil.postgres.Sql;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What to do about a table that is scanned as a whole: as much as is known of the statements that do it. Pure. */
record ScanAdvice(Table table, List<ScanningStatement> statements) {

    /** The finding with cause, action, statement to run and evidence. */
    Finding complete(Finding scans) {
        List<ScanningStatement> ours = statements.stream()
                .filter(one -> one.label().equals(table.label()))
                .toList();
        if (ours.isEmpty()) {
            return unnamed(scans);
        }
        ScanningStatement worst = ours.stream()
                .filter(one -> !one.columns().isEmpty())
                .findFirst()
                .orElse(ours.getFirst());
        Finding named = scans.evidence(ours.stream()
                        .limit(EvidenceRow.MOST)
                        .map(ScanAdvice::row)
                        .toList())
                .cause("%s ran %s and reads %s each time, as much as the table has: %s"
                        .formatted(
                                ours.size() == 1
                                        ? "A statement"
                                        : "Of " + HumanFormat.count(ours.size(), "statement") + " that scan it, one",
                                HumanFormat.count((long) worst.calls(), "time"),
                                HumanFormat.bytes(worst.bytesPerCall()),
                                worst.query()));
        String index = worst.index();
        if (worst.columns().isEmpty()) {
            return named.action(
                            "No index is proposed: the statement joins tables, has conditions that an index on columns does not "
                                    + "serve, or reads a large part of the table. Look at its plan. A report that needs every row can run "
                                    + "on a standby.")
                    .sql("select * from pg_stat_statements where queryid = " + worst.queryid());
        }
        if (index == null) {
            return named.action(proposal(worst)).sql(create(worst.columns()));
        }
        return worst.valid()
                ? named.action("There is an index already, " + index
                                + ", which begins with a column that it compares, and the server "
                                + "does not use it. Look at the plan: types that differ, many rows with the same value, or old "
                                + "statistics keep it from that.")
                        .sql("analyze " + qualified())
                : named.action("There is an index for it, " + index + ", but it is invalid: rebuild it.")
                        .sql("reindex index concurrently " + index);
    }

    private Finding unnamed(Finding scans) {
        return scans.cause("A statement that runs often finds no index for its conditions, or reads most of the table.")
                .action(
                        "Find the statement among those that read most blocks, look at its plan, and create an index on the columns "
                                + "that it compares. pgvigil names it where the extension pg_stat_statements is in this database, and the "
                                + "statement reads as much as the table has at each call. A report that needs every row can run on a standby.")
                .sql("explain select * from " + qualified() + " where …");
    }

    private static String proposal(ScanningStatement worst) {
        String columns = String.join(", ", worst.columns());
        return switch (worst.proof()) {
            case PLAN ->
                "Create the index on " + columns
                        + ": the server's plan scans the table and keeps few of its rows by these "
                        + "conditions. Whether it uses the index, EXPLAIN tells afterwards; drop it if not.";
            case STATISTICS ->
                "Create the index on " + columns
                        + ": the statistics say that few rows have the same values. The plan was not "
                        + "seen; whether the server uses the index, EXPLAIN tells afterwards. Drop it if not.";
            case TEXT ->
                "A candidate, not verified: an index on " + columns
                        + ", which the text of the statement compares. It helps if few "
                        + "rows have the same values: look at the plan first, or grant level 2, so that pgvigil sees it.";
        };
    }

    private String create(List<String> columns) {
        return "create index concurrently on %s (%s)"
                .formatted(qualified(), columns.stream().map(Sql::identifier).collect(Collectors.joining(", ")));
    }

    private String qualified() {
        return Sql.identifier(table.schemaname()) + "." + Sql.identifier(table.relname());
    }

    private static Map<String, Object> row(ScanningStatement one) {
        return EvidenceRow.of(
                "queryid", one.queryid(),
                "query", one.query(),
                "calls", (long) one.calls(),
                "bytes_per_call", (long) one.bytesPerCall(),
                "columns", String.join(", ", one.columns()),
                "index", one.index(),
                "rests_on", one.proof().name().toLowerCase(Locale.ROOT));
    }
}
