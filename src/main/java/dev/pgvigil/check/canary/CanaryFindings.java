package dev.pgvigil.check.canary;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.canary.Canary.Canaries;
import dev.pgvigil.check.canary.Canary.Run;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Findings on canaries, by SQLSTATE: cause and action. Pure. */
record CanaryFindings(Target target) {

    private static final String EVIDENCE = "in 2 of 3 results";

    List<Finding> all(Canaries now) {
        List<Finding> findings = new ArrayList<>();
        Run write = now.write();
        if (write != null && write.skipped() == null) {
            Stream.of(failed(write), stale(write), slow(write))
                    .flatMap(Optional::stream)
                    .forEach(findings::add);
        }
        now.queries().stream()
                .flatMap(run -> Stream.of(queryFailed(run), querySlow(run)))
                .flatMap(Optional::stream)
                .forEach(findings::add);
        return findings;
    }

    private Optional<Finding> failed(Run write) {
        if (!write.failed()) {
            return Optional.empty();
        }
        String table = target.option(CanaryOptions.TABLE);
        String said = "write to " + table + ": " + write.failure() + state(write.sqlState());
        return Optional.of(
                switch (write.sqlState()) {
                    case "42P01", "3F000", "42703", "42P10", "42501", "42804" ->
                        Finding.of(
                                        Canary.NAME,
                                        "not-set-up",
                                        Status.DEGRADED,
                                        Severity.MEDIUM,
                                        "the canary cannot write",
                                        said)
                                .cause(
                                        "The table of the canary does not exist, has other columns, or pgvigil may not write to it. "
                                                + "Whether applications can write is not known.")
                                .action("Create the table and grant it to pgvigil, or remove checks.canary.table.")
                                .sql(setup(table));
                    case "25006" ->
                        broken(said)
                                .cause(
                                        "Transactions are read-only: default_transaction_read_only is on for the server, the database "
                                                + "or the role, or the server has just become a standby.")
                                .action("If applications write here, find out why it was set, and reset it.")
                                .sql("select source, sourcefile, setting from pg_settings where name = "
                                        + "'default_transaction_read_only'");
                    case "53100" ->
                        broken(said)
                                .cause("A disk of the server is full.")
                                .action(
                                        "Make room; do not delete files of PostgreSQL. See the checks slots, archiver and sizes.");
                    case "55P03" ->
                        Finding.of(
                                        Canary.NAME,
                                        "locked",
                                        Status.DEGRADED,
                                        Severity.MEDIUM,
                                        "the canary's table is locked",
                                        said)
                                .cause(
                                        "Another session holds a lock on the table or its row, longer than lock_timeout: DDL, VACUUM FULL, "
                                                + "or a transaction that stays open.")
                                .action("End the transaction that holds the lock (see the check blocking).");
                    case "57014" ->
                        broken(said)
                                .cause(
                                        "The write or its commit takes too long: a slow disk, or a synchronous standby that does not "
                                                + "confirm.")
                                .action("See the checks replication, checkpoints and io.");
                    case null ->
                        broken(said)
                                .cause("The server did not answer the write in time.")
                                .action("See the checks replication, checkpoints and io.");
                    case String other ->
                        broken(said)
                                .cause("The server refuses the write. Applications probably have the same error.")
                                .action("Look up the SQLSTATE, and look into the server's log at this time.");
                });
    }

    private static Finding broken(String said) {
        return Finding.of(Canary.NAME, "write-failed", Status.UNHEALTHY, Severity.CRITICAL, "writes fail", said)
                .threshold(EVIDENCE);
    }

    private Optional<Finding> stale(Run write) {
        return !write.stale()
                ? Optional.empty()
                : Optional.of(
                        Finding.of(
                                        Canary.NAME,
                                        "stale",
                                        Status.DEGRADED,
                                        Severity.HIGH,
                                        "what was written is not read",
                                        "the row that was committed to " + target.option(CanaryOptions.TABLE)
                                                + " is not the one that is read afterwards")
                                .threshold(EVIDENCE)
                                .cause(
                                        "A proxy sends reads to a standby that is behind, a trigger or a policy of the table discards the "
                                                + "write, or something else writes this row.")
                                .action(
                                        "Connect pgvigil to the primary itself, and look at triggers and policies of the table."));
    }

    private Optional<Finding> slow(Run write) {
        double limit = target.thresholds().of(Canary.WRITE);
        Double took = write.tookMs();
        return took == null || took < limit * 1000
                ? Optional.empty()
                : Optional.of(Finding.of(
                                Canary.NAME,
                                "write-slow",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "writes are slow",
                                "one row was written and committed in " + HumanFormat.milliseconds(took))
                        .threshold("from " + HumanFormat.seconds(limit) + ", " + EVIDENCE)
                        .cause(
                                "The commit waits for the disk or for a synchronous standby, or the server is overloaded.")
                        .action("See the checks replication, checkpoints and io."));
    }

    private static Optional<Finding> queryFailed(Run run) {
        return !run.failed()
                ? Optional.empty()
                : Optional.of(Finding.of(
                                Canary.NAME,
                                "query-failed/" + run.name(),
                                Status.DEGRADED,
                                Severity.HIGH,
                                "a canary query fails",
                                "query " + run.name() + ": " + run.failure() + state(run.sqlState()))
                        .threshold(EVIDENCE)
                        .cause(
                                "57014".equals(run.sqlState()) || run.sqlState() == null
                                        ? "It took longer than its timeout."
                                        : "The server refuses it: a table or column is gone, a privilege is missing, or data is damaged.")
                        .action(
                                "Run the query with psql as pgvigil's role. If it is wrong, correct checks.canary.queries."
                                        + run.name() + "."));
    }

    private static Optional<Finding> querySlow(Run run) {
        Double took = run.tookMs();
        Double objective = run.objectiveMs();
        return took == null || objective == null || took <= objective
                ? Optional.empty()
                : Optional.of(
                        Finding.of(
                                        Canary.NAME,
                                        "query-slow/" + run.name(),
                                        Status.DEGRADED,
                                        Severity.MEDIUM,
                                        "a canary query is slower than its objective",
                                        "query " + run.name() + " took " + HumanFormat.milliseconds(took))
                                .threshold("objective " + HumanFormat.milliseconds(objective) + ", " + EVIDENCE)
                                .evidence(List.of(EvidenceRow.of(
                                        "query", run.name(), "took_ms", took, "objective_ms", objective)))
                                .cause(
                                        "Its plan has changed, its tables have grown or are not in memory, or the server is overloaded.")
                                .action(
                                        "Look at its plan with EXPLAIN (ANALYZE, BUFFERS), and at the other findings of this target."));
    }

    private static String state(@Nullable String sqlState) {
        return sqlState == null ? "" : " (SQLSTATE " + sqlState + ")";
    }

    /** The statements that make the table, run by its owner. */
    private String setup(String table) {
        String role = Sql.identifier(target.server().user());
        String[] parts = table.split("\\.", 2);
        String schema = Sql.identifier(parts[0]);
        String name = parts.length < 2 ? schema : schema + "." + Sql.identifier(parts[1]);
        return """
                create schema if not exists %s; \
                create table if not exists %s (target text primary key, written_at timestamptz not null); \
                grant usage on schema %s to %s; grant select, insert, update on %s to %s""".formatted(schema, name, schema, role, name, role);
    }
}
