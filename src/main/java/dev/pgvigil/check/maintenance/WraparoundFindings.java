package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.maintenance.Wraparound.Ages;
import dev.pgvigil.check.maintenance.Wraparound.Database;
import dev.pgvigil.target.Thresholds;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Findings on wraparound. Pure.
 *
 * @param perSecond transaction IDs assigned a second; 0 if not known
 */
record WraparoundFindings(Ages ages, double perSecond, Thresholds limits) {

    private static final String OLDEST_TABLES = """
            select c.oid::regclass, c.relkind, age(c.relfrozenxid), mxid_age(c.relminmxid)
            from pg_class c where c.relkind in ('r', 'm', 't')
            order by greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) desc limit 20""";

    Optional<Finding> transactions() {
        return stop("transactions", "transaction IDs", Database::transactionsAge, perSecond);
    }

    Optional<Finding> multixacts() {
        return stop("multixacts", "multixact IDs", Database::multixactsAge, 0);
    }

    private Optional<Finding> stop(String key, String ids, ToLongFunction<Database> age, double rate) {
        Database oldest = ages.oldest(age);
        if (oldest == null) {
            return Optional.empty();
        }
        long used = age.applyAsLong(oldest);
        double ratio = used / (double) Wraparound.STOP;
        if (ratio < limits.of(Wraparound.DEGRADED)) {
            return Optional.empty();
        }
        boolean stops = ratio >= limits.of(Wraparound.UNHEALTHY);
        Severity severity =
                stops ? Severity.CRITICAL : ratio >= limits.of(Wraparound.HIGH) ? Severity.HIGH : Severity.MEDIUM;
        long left = Math.max(0, Wraparound.STOP - used);
        String observed = "the oldest %s of database %s is %s old, %s of the age at which writes stop; %s are left%s"
                .formatted(
                        ids.substring(0, ids.length() - 1),
                        oldest.datname(),
                        HumanFormat.large(used),
                        HumanFormat.percent(ratio),
                        HumanFormat.large(left),
                        rate > 0 ? ", enough for " + HumanFormat.seconds(left / rate) + " at the current rate" : "");
        return Optional.of(Finding.of(
                        Wraparound.NAME,
                        key,
                        stops ? Status.UNHEALTHY : Status.DEGRADED,
                        severity,
                        left == 0 ? "writes stopped: " + ids + " are used up" : "wraparound of " + ids + " comes near",
                        observed)
                .threshold("from %s, high from %s, unhealthy from %s"
                        .formatted(
                                HumanFormat.percent(limits.of(Wraparound.DEGRADED)),
                                HumanFormat.percent(limits.of(Wraparound.HIGH)),
                                HumanFormat.percent(limits.of(Wraparound.UNHEALTHY))))
                .evidence(ages.databases().stream()
                        .sorted(Comparator.comparingLong(age).reversed())
                        .limit(EvidenceRow.MOST)
                        .map(Database::row)
                        .toList())
                .cause(
                        "Vacuum has not frozen the oldest rows of this database: a transaction, a prepared transaction or a "
                                + "replication slot holds it back (see the check xmin-horizon), autovacuum is off or too slow, or it "
                                + "fails on a table. The server refuses to assign new IDs when none is left.")
                .action("Remove what holds vacuum back, then run VACUUM (FREEZE) on the oldest tables of database "
                        + oldest.datname()
                        + ", on the primary; not VACUUM FULL. With 16 and older do not use single-user mode: "
                        + "an ordinary session can vacuum.")
                .sql(OLDEST_TABLES));
    }

    /** Autovacuum should have begun to freeze long ago. */
    Optional<Finding> overdue() {
        Database oldest = ages.oldest(Database::transactionsAge);
        Database oldestMultixact = ages.oldest(Database::multixactsAge);
        if (oldest == null || oldestMultixact == null) {
            return Optional.empty();
        }
        double transactions = oldest.transactionsAge() / (double) ages.freezeMaxAge();
        double multixacts = oldestMultixact.multixactsAge() / (double) ages.multixactFreezeMaxAge();
        if (Math.max(transactions, multixacts) < limits.of(Wraparound.OVERDUE) / 100) {
            return Optional.empty();
        }
        boolean multixact = multixacts > transactions;
        Database worst = multixact ? oldestMultixact : oldest;
        String setting = multixact ? "autovacuum_multixact_freeze_max_age" : "autovacuum_freeze_max_age";
        return Optional.of(Finding.of(
                        Wraparound.NAME,
                        "overdue",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "vacuum to prevent wraparound is overdue",
                        "the oldest %s of database %s is %s old, %s of %s (%s)"
                                .formatted(
                                        multixact ? "multixact ID" : "transaction ID",
                                        worst.datname(),
                                        HumanFormat.large(multixact ? worst.multixactsAge() : worst.transactionsAge()),
                                        HumanFormat.percent(Math.max(transactions, multixacts)),
                                        setting,
                                        HumanFormat.large(
                                                multixact ? ages.multixactFreezeMaxAge() : ages.freezeMaxAge())))
                .threshold("from " + HumanFormat.percent(limits.of(Wraparound.OVERDUE) / 100))
                .evidence(ages.databases().stream()
                        .limit(EvidenceRow.MOST)
                        .map(Database::row)
                        .toList())
                .cause(
                        "Autovacuum starts to freeze a table at " + setting
                                + ", even if it is off. It did not finish: a "
                                + "transaction, a prepared transaction or a replication slot holds it back (see the check "
                                + "xmin-horizon), its workers are too few or too slow, or it fails on a table (see the server's log).")
                .action(
                        "Remove what holds vacuum back. If nothing does, run VACUUM (FREEZE) on the oldest tables of database "
                                + worst.datname() + ", and raise autovacuum_vacuum_cost_limit.")
                .sql(OLDEST_TABLES));
    }
}
