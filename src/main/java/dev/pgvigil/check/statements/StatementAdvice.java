package dev.pgvigil.check.statements;

import static dev.pgvigil.postgres.Sql.identifier;
import static java.util.Comparator.comparingLong;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/** Advice on statements of the target's database, from their counters alone: what it would save, and how. Pure. */
record StatementAdvice(StatementStatistics now, Target target) {

    static final double SPILL_BYTES = 4 << 20;
    static final double MANY_ROWS = 10_000;
    private static final long CALLS = 10;
    private static final double BLOCK = 8192;
    private static final long MOST_WORK_MEM = 256;

    private static final long LOOKUPS = 200;
    private static final double LOOKUPS_A_SECOND = 10;
    private static final double LOOKUP_SHARE = 0.5;
    private static final double LOOKUP_MS = 1;

    /** Rows of a list at each call. */
    private static final double LIST_ROWS = 5;

    /** By how much the rows and the calls may differ: an interval begins and ends within a list. */
    private static final double LIST_TOLERANCE = 0.05;

    /** Statements that write temporary files at each call. */
    Optional<Finding> spill() {
        return finding(
                        "spill",
                        "statements spill to temporary files",
                        one -> one.callsTotal() >= CALLS
                                && one.tempBlksWritten() > 0
                                && BLOCK * one.tempBlksWrittenTotal() / one.callsTotal() >= SPILL_BYTES)
                .map(found -> {
                    StatementUsage worst = found.worst;
                    double bytes = BLOCK * worst.tempBlksWrittenTotal() / worst.callsTotal();
                    return found.finding("writes " + HumanFormat.bytes(bytes) + " of temporary files at each of "
                                    + HumanFormat.count(worst.callsTotal(), "call"))
                            .threshold("from " + HumanFormat.bytes(SPILL_BYTES) + " a call")
                            .cause(
                                    "Its sort, hash or materialization needs more than work_mem. With enough memory it writes "
                                            + "nothing: in the last interval "
                                            + HumanFormat.bytes(BLOCK * worst.tempBlksWritten())
                                            + " less.")
                            .action(
                                    "Raise work_mem for this role alone (each sort of each session may take that much), or add "
                                            + "an index that returns the rows in order, or return fewer rows.")
                            .sql("alter role " + identifier(String.valueOf(worst.usename())) + " set work_mem = '"
                                    + workMem(bytes) + "MB'")
                            .expectedEffect(
                                    "Up to " + HumanFormat.bytes(bytes) + " of temporary files less at each call.");
                });
    }

    /** Statements that return very many rows at each call, without a limit. */
    Optional<Finding> manyRows() {
        return finding(
                        "many-rows",
                        "statements return very many rows",
                        one -> one.callsTotal() >= CALLS
                                && one.calls() > 0
                                && (double) one.rowsTotal() / one.callsTotal() >= MANY_ROWS
                                && selects(one))
                .map(found -> {
                    StatementUsage worst = found.worst;
                    return found.finding("returns " + HumanFormat.large((double) worst.rowsTotal() / worst.callsTotal())
                                    + " rows at each of " + HumanFormat.count(worst.callsTotal(), "call"))
                            .threshold("from " + HumanFormat.large(MANY_ROWS) + " rows a call, without LIMIT")
                            .cause(
                                    "It has no LIMIT: server, network and client handle all rows at each call. With pages of 100 "
                                            + "rows they would handle a hundredth or less.")
                            .action(
                                    "Let the application read pages (where key > $1 order by key limit 100), or aggregate in "
                                            + "the database. If it needs all rows, let it use a cursor.")
                            .sql("select * from pg_stat_statements where queryid = " + worst.queryid())
                            .expectedEffect("A page of 100 rows instead of "
                                    + HumanFormat.large((double) worst.rowsTotal() / worst.callsTotal())
                                    + " at each call.");
                });
    }

    /** Statements that take longer to plan than to execute. */
    Optional<Finding> planning() {
        return finding(
                        "planning",
                        "planning takes longer than execution",
                        one -> one.callsTotal() >= CALLS
                                && one.planMs() > one.totalMs()
                                && one.planMs() >= 0.01 * 1000 * now.intervalSeconds())
                .map(found -> {
                    StatementUsage worst = found.worst;
                    return found.finding("takes " + HumanFormat.milliseconds(worst.planMs()) + " of planning and "
                                    + HumanFormat.milliseconds(worst.totalMs()) + " of execution in "
                                    + HumanFormat.count(worst.calls(), "call"))
                            .threshold("more planning than execution, and 1 % of the time of one session")
                            .cause(
                                    "It is planned anew at each call. Prepared once per session, almost all of the planning time "
                                            + "is saved.")
                            .action(
                                    "Use prepared statements (a driver's cache of them, protocol-level behind a pooler), or "
                                            + "look for tables with very many partitions or indexes.")
                            .sql("select * from pg_stat_statements where queryid = " + worst.queryid())
                            .expectedEffect("Saves up to " + HumanFormat.milliseconds(worst.planMs() / worst.calls())
                                    + " at each call.");
                });
    }

    /**
     * A statement that runs once for each row that another one returned. That its calls equal those rows tells it from an
     * application that looks up single rows.
     */
    Optional<Finding> nPlusOne() {
        return now.top().stream()
                .filter(this::isLookup)
                .sorted(comparingLong(StatementUsage::calls).reversed())
                .flatMap(one -> listOf(one).map(list -> nPlusOne(one, list)).stream())
                .findFirst();
    }

    private boolean isLookup(StatementUsage one) {
        Double mean = one.meanMs();
        return now.intervalSeconds() > 0
                && concerns(one)
                && selects(one)
                && one.calls() >= LOOKUPS
                && one.calls() >= LOOKUPS_A_SECOND * now.intervalSeconds()
                && one.calls() >= LOOKUP_SHARE * now.interval().calls()
                && one.rowsPerCall() > 0
                && one.rowsPerCall() <= 1
                && mean != null
                && mean <= LOOKUP_MS;
    }

    private Optional<StatementUsage> listOf(StatementUsage lookup) {
        return now.top().stream()
                .filter(this::concerns)
                .filter(one -> Objects.equals(one.usename(), lookup.usename())
                        && String.valueOf(one.query()).toLowerCase(Locale.ROOT).startsWith("select")
                        && one.rowsPerCall() >= LIST_ROWS
                        && Math.abs(one.rows() - lookup.calls()) <= LIST_TOLERANCE * lookup.calls())
                .findFirst();
    }

    private Finding nPlusOne(StatementUsage lookup, StatementUsage list) {
        String each = HumanFormat.number(list.rowsPerCall());
        return new Found("n-plus-one", "a statement runs once for each row of another", List.of(lookup, list), lookup)
                .finding("runs %s in %s, %s of all; another returned %s in %s"
                        .formatted(
                                HumanFormat.count(lookup.calls(), "time"),
                                HumanFormat.seconds(now.intervalSeconds()),
                                HumanFormat.percent(
                                        (double) lookup.calls() / now.interval().calls()),
                                HumanFormat.count(list.rows(), "row"),
                                HumanFormat.count(list.calls(), "call")))
                .threshold(
                        "from %s calls a second and %s of all calls, one row and at most %s each, as often as another "
                                        .formatted(
                                                HumanFormat.number(LOOKUPS_A_SECOND),
                                                HumanFormat.percent(LOOKUP_SHARE),
                                                HumanFormat.milliseconds(LOOKUP_MS))
                                + "returns rows")
                .cause(
                        "The application reads a list, and then looks up something for each of its rows (N+1 queries). Each "
                                + "call is fast, but each is a round trip.")
                .action("Join both statements, or look up all rows at once (where id = any($1)). An object-relational "
                        + "mapper has an option for it, such as a fetch join.")
                .sql("select * from pg_stat_statements where queryid in (" + list.queryid() + ", " + lookup.queryid()
                        + ")")
                .expectedEffect("One call in place of about " + each + " for each list: "
                        + HumanFormat.percent(
                                (double) lookup.calls() / now.interval().calls())
                        + " of all calls, and their round trips, less.");
    }

    /** The statements that a rule is about; the worst by time. */
    private record Found(String key, String title, List<StatementUsage> all, StatementUsage worst) {

        Finding finding(String figures) {
            return Finding.of(
                            Statements.NAME,
                            key,
                            Status.HEALTHY,
                            Severity.LOW,
                            title,
                            HumanFormat.count(all.size(), "statement") + ": the worst " + figures)
                    .evidence(all.stream()
                            .limit(EvidenceRow.MOST)
                            .map(StatementAdvice::row)
                            .toList());
        }
    }

    private Optional<Found> finding(String key, String title, Predicate<StatementUsage> rule) {
        if (now.intervalSeconds() <= 0) {
            return Optional.empty();
        }
        List<StatementUsage> all =
                now.top().stream().filter(this::concerns).filter(rule).toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(new Found(key, title, all, all.getFirst()));
    }

    private boolean concerns(StatementUsage one) {
        return target.database().equals(one.datname())
                && !target.server().user().equals(one.usename())
                && one.query() != null
                && StatementText.of(one.query()).kind() == StatementText.Kind.ORDINARY;
    }

    private static boolean selects(StatementUsage one) {
        String query = one.query() == null ? "" : one.query().toLowerCase(Locale.ROOT);
        return query.startsWith("select") && !query.contains(" limit ") && !query.endsWith("…");
    }

    /** A power of two of megabytes that holds twice as much. */
    static long workMem(double bytes) {
        long megabytes = 8;
        while (megabytes < MOST_WORK_MEM && megabytes * (1 << 20) < 2 * bytes) {
            megabytes *= 2;
        }
        return megabytes;
    }

    private static Map<String, Object> row(StatementUsage one) {
        return EvidenceRow.of(
                "queryid", one.queryid(),
                "usename", one.usename(),
                "query", one.query(),
                "calls", one.calls(),
                "total_ms", one.totalMs(),
                "plan_ms", one.planMs(),
                "rows", one.rows(),
                "temp_blks_written", one.tempBlksWritten());
    }
}
