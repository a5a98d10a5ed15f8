package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.maintenance.XminHorizon.Holder;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Optional;

/** Findings on the xmin horizon: the single worst holder, with what ends it. Pure. */
record XminHorizonFindings(Thresholds limits) {

    /** @param holders oldest first */
    Optional<Finding> held(List<Holder> holders) {
        return finding("held", "vacuum cannot remove dead rows", "", holders);
    }

    /** @param holders oldest first */
    Optional<Finding> catalog(List<Holder> holders) {
        return finding("catalog", "vacuum cannot clean system catalogs", " of system catalogs", holders);
    }

    private Optional<Finding> finding(String key, String title, String rows, List<Holder> holders) {
        return holders.stream()
                .findFirst()
                .filter(worst -> worst.age() >= limits.of(XminHorizon.DEGRADED))
                .map(worst -> Finding.of(
                                XminHorizon.NAME,
                                key,
                                Status.DEGRADED,
                                worst.age() >= limits.of(XminHorizon.HIGH) ? Severity.HIGH : Severity.MEDIUM,
                                title,
                                "for %s transactions vacuum has removed no row%s that was deleted since: held by %s%s"
                                        .formatted(HumanFormat.large(worst.age()), rows, who(worst), since(worst)))
                        .threshold("from %s transactions, high from %s"
                                .formatted(
                                        HumanFormat.large(limits.of(XminHorizon.DEGRADED)),
                                        HumanFormat.large(limits.of(XminHorizon.HIGH))))
                        .evidence(holders.stream()
                                .limit(EvidenceRow.MOST)
                                .map(Holder::row)
                                .toList())
                        .cause(cause(worst))
                        .action(action(worst))
                        .sql(sql(worst)));
    }

    private static String who(Holder holder) {
        return switch (holder.kind()) {
            case SESSION ->
                "the session of pid " + holder.pid() + HumanFormat.client(holder.usename(), holder.applicationName())
                        + ", " + holder.state();
            case PREPARED -> "the prepared transaction " + holder.name() + HumanFormat.client(holder.usename(), null);
            case STANDBY ->
                "a standby with hot_standby_feedback, walsender pid " + holder.pid()
                        + HumanFormat.client(holder.usename(), holder.applicationName());
            case SLOT -> "the xmin of replication slot " + holder.name() + ", which is " + holder.state();
            case SLOT_CATALOG -> "the catalog_xmin of logical slot " + holder.name() + ", which is " + holder.state();
        };
    }

    private static String since(Holder holder) {
        Double seconds = holder.seconds();
        return seconds == null ? "" : " for " + HumanFormat.seconds(seconds);
    }

    private static String cause(Holder holder) {
        String effect =
                " Dead rows that it may still see stay, so that tables and indexes grow, scans become slower, and the"
                        + " age of the database rises.";
        return switch (holder.kind()) {
            case SESSION -> "A transaction has been open since then." + effect;
            case PREPARED -> "The coordinator of a two-phase commit did not finish it." + effect;
            case STANDBY -> "A query on the standby has been running since then." + effect;
            case SLOT ->
                "active".equals(holder.state())
                        ? "A query on the standby that uses the slot has been running since then." + effect
                        : "The standby that uses the slot is gone, and the slot keeps its last feedback." + effect;
            case SLOT_CATALOG ->
                ("active".equals(holder.state())
                                ? "Its subscriber is behind, or does not confirm what it has received."
                                : "The consumer of the slot is gone.")
                        + " Dead rows of system catalogs stay, so that planning becomes slower, and the age of the database rises.";
        };
    }

    private static String action(Holder holder) {
        return switch (holder.kind()) {
            case SESSION ->
                "End the session of pid " + holder.pid()
                        + " if its work can be repeated; run such work on a standby, in"
                        + " shorter transactions, or with a statement_timeout.";
            case PREPARED ->
                "Ask the coordinator how it is to end, then run COMMIT PREPARED or ROLLBACK PREPARED in its"
                        + " database, as its owner or a superuser.";
            case STANDBY -> "Cancel the oldest query on the standby, or turn off hot_standby_feedback there.";
            case SLOT, SLOT_CATALOG ->
                "active".equals(holder.state())
                        ? "Look at the consumer of the slot: a long query or transaction, or one that does not keep up."
                        : "Drop the slot if its consumer does not come back; otherwise start the consumer.";
        };
    }

    private static String sql(Holder holder) {
        String name = Sql.literal(String.valueOf(holder.name())).strip();
        return switch (holder.kind()) {
            case SESSION -> "select pg_terminate_backend(" + holder.pid() + ")";
            case PREPARED -> "rollback prepared " + name;
            case STANDBY -> "select * from pg_stat_replication where pid = " + holder.pid();
            case SLOT, SLOT_CATALOG ->
                "active".equals(holder.state())
                        ? "select * from pg_stat_replication where pid = " + holder.pid()
                        : "select pg_drop_replication_slot(" + name + ")";
        };
    }
}
