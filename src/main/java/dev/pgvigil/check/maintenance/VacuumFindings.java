package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.maintenance.Vacuum.Table;
import dev.pgvigil.check.maintenance.Vacuum.Tables;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Findings on tables that vacuum should have cleaned. Pure. */
record VacuumFindings(Thresholds limits) {

    /** So many times the number at which autovacuum starts, and more dead than live rows. */
    private static final double HIGH_FACTOR = 10;

    Optional<Finding> deadRows(Tables now) {
        List<Table> tables = now.due().stream()
                .filter(table -> counts(table) && !table.running())
                .filter(table -> table.dueSeconds() >= limits.of(Vacuum.OVERDUE))
                .toList();
        return tables.stream().findFirst().map(worst -> {
            boolean high = worst.factor() >= HIGH_FACTOR && worst.dead() > worst.live();
            return Finding.of(
                            Vacuum.NAME,
                            "dead-rows",
                            Status.DEGRADED,
                            high ? Severity.HIGH : Severity.MEDIUM,
                            "dead rows pile up",
                            "%s with dead rows for over %s; %s has %s dead and %s live rows, autovacuum is due at %s"
                                    .formatted(
                                            HumanFormat.count(tables.size(), "table"),
                                            HumanFormat.seconds(limits.of(Vacuum.OVERDUE)),
                                            worst.label(),
                                            HumanFormat.large(worst.dead()),
                                            HumanFormat.large(worst.live()),
                                            HumanFormat.large(worst.due())))
                    .threshold("from %s times the number at which autovacuum starts and %s dead rows, for %s"
                            .formatted(
                                    HumanFormat.number(limits.of(Vacuum.FACTOR)),
                                    HumanFormat.large(limits.of(Vacuum.DEAD_ROWS)),
                                    HumanFormat.seconds(limits.of(Vacuum.OVERDUE))))
                    .evidence(rows(tables))
                    .cause(cause(worst))
                    .action(
                            "Vacuum the table, and remove the cause, so that autovacuum does it. Space that is already lost "
                                    + "comes back to the table, not to the disk.")
                    .sql("vacuum (verbose) " + worst.identifier());
        });
    }

    private String cause(Table table) {
        Double ago = table.vacuumedSecondsAgo();
        if (!table.enabled()) {
            return "autovacuum_enabled is off for the table, and nothing else vacuums it often enough.";
        }
        if (ago != null && ago < table.dueSeconds()) {
            return "The table was vacuumed " + HumanFormat.seconds(ago)
                    + " ago, but the rows stayed: a transaction, a prepared "
                    + "transaction, a standby or a slot may still see them (see the check xmin-horizon).";
        }
        return (ago == null
                        ? "The table was never vacuumed since its statistics began: "
                        : "The last vacuum ended " + HumanFormat.seconds(ago) + " ago: ")
                + "autovacuum is off, all its workers are busy (see the check autovacuum), or it is cancelled again and again by "
                + "statements that lock the table.";
    }

    /** Advice: somebody switched it off, and nothing else does the work. */
    Optional<Finding> disabled(Tables now) {
        List<Table> tables = now.due().stream()
                .filter(table -> !table.enabled() && counts(table))
                .toList();
        return tables.stream()
                .findFirst()
                .map(worst -> Finding.of(
                                Vacuum.NAME,
                                "disabled",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "autovacuum is switched off for tables that need it",
                                "%s; %s has %s dead rows, autovacuum would be due at %s"
                                        .formatted(
                                                HumanFormat.count(tables.size(), "table"),
                                                worst.label(),
                                                HumanFormat.large(worst.dead()),
                                                HumanFormat.large(worst.due())))
                        .threshold("from %s times the number at which autovacuum starts and %s dead rows"
                                .formatted(
                                        HumanFormat.number(limits.of(Vacuum.FACTOR)),
                                        HumanFormat.large(limits.of(Vacuum.DEAD_ROWS))))
                        .evidence(rows(tables))
                        .cause("autovacuum_enabled is off for the table.")
                        .action("Switch autovacuum on again, unless a job vacuums the table after each batch.")
                        .expectedEffect(HumanFormat.count(tables.size(), "table")
                                + " are vacuumed again when due, and no longer bloat.")
                        .sql("alter table " + worst.identifier() + " reset ("
                                + (worst.toast() ? "toast.autovacuum_enabled" : "autovacuum_enabled") + ")"));
    }

    Optional<Finding> freeze(Tables now) {
        List<Table> tables = now.oldest().stream()
                .filter(table -> table.freezeRatio() >= limits.of(Vacuum.FREEZE) / 100)
                .toList();
        return tables.stream()
                .findFirst()
                .map(worst -> Finding.of(
                                Vacuum.NAME,
                                "freeze",
                                Status.DEGRADED,
                                Severity.MEDIUM,
                                "tables that should have been frozen",
                                "%s%s; %s is %s transactions and %s multixacts old, %s of the age at which autovacuum must freeze it"
                                        .formatted(
                                                tables.size() < Vacuum.MOST ? "" : "at least ",
                                                HumanFormat.count(tables.size(), "table"),
                                                worst.label(),
                                                HumanFormat.large(worst.age()),
                                                HumanFormat.large(worst.multixactAge()),
                                                HumanFormat.percent(worst.freezeRatio())))
                        .threshold("from " + HumanFormat.percent(limits.of(Vacuum.FREEZE) / 100))
                        .evidence(rows(tables))
                        .cause(
                                "Autovacuum does not finish on the table: something holds it back (see the check xmin-horizon), it is "
                                        + "too slow, or it fails (see the server's log). When the oldest table of a server is 2.1 "
                                        + "billion old, all writes stop (see the check wraparound).")
                        .action("Remove what holds vacuum back, then freeze the table.")
                        .sql("vacuum (freeze, verbose) " + worst.identifier()));
    }

    private boolean counts(Table table) {
        return table.factor() >= limits.of(Vacuum.FACTOR) && table.dead() >= limits.of(Vacuum.DEAD_ROWS);
    }

    private static List<Map<String, Object>> rows(List<Table> tables) {
        return tables.stream().limit(EvidenceRow.MOST).map(Table::row).toList();
    }
}
