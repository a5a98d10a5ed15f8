package dev.pgvigil.check.statements;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.StatementPlans.Planned;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The findings on plans: one that made a statement slower, and what keeps pgvigil from seeing others. Pure. */
record PlanFindings(StatementPlans now, Target target) {

    private static final String PRIVILEGE = "42501";

    /** Names that were not found: the schema is not in the path, or everybody may create objects in it. */
    private static final List<String> NAMES = List.of("42P01", "42883", "42704", "3F000");

    List<Finding> all() {
        return Stream.of(access(), flip(), writes(), names())
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Finding> access() {
        return switch (now.access()) {
            case GRANTED -> Optional.empty();
            case MISSING ->
                Optional.of(
                        advice(
                                        "not-granted",
                                        "plans cannot be seen",
                                        "the function pgvigil.generic_plans is missing in " + target.database()
                                                + ", or " + target.server().user() + " may not call it")
                                .cause(
                                        "The check is switched on, but the grants of level 2 are missing in this database.")
                                .action(
                                        "Run the script that pgvigil grants L2 prints, in this database as a superuser; or switch "
                                                + "the check off.")
                                .expectedEffect(
                                        "Plans are kept, and a plan that changed and became slower is told with the plan before."));
            case UNSAFE ->
                Optional.of(advice(
                                "unsafe-function",
                                "the function for plans is not safe",
                                "pgvigil.generic_plans belongs to a superuser, or does not run as its owner; it is not "
                                        + "called")
                        .cause("Planning executes functions of the application. Here they would have all privileges.")
                        .action("Give the function to the role pgvigil_planner, as the script of level 2 does.")
                        .expectedEffect("Plans are seen again, without the privileges of a superuser.")
                        .sql("alter function pgvigil.generic_plans(bigint[]) owner to pgvigil_planner"));
        };
    }

    static boolean flipped(Planned one, double factor, double share) {
        Double times = one.factor();
        return times != null
                && times >= factor
                && one.previousCalls() >= PlanTracker.CALLS
                && one.calls() >= PlanTracker.CALLS
                && one.extraShare() >= share;
    }

    private Optional<Finding> flip() {
        Thresholds limits = target.thresholds();
        List<Planned> found = now.statements().stream()
                .filter(one -> flipped(one, limits.of(Plans.FLIP_FACTOR), limits.of(Plans.FLIP_SHARE)))
                .toList();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Planned worst = found.getFirst();
        PlanTree plan = worst.plan();
        PlanTree old = worst.previous();
        Double mean = worst.meanMs();
        Double before = worst.previousMeanMs();
        if (plan == null || old == null || mean == null || before == null) {
            return Optional.empty();
        }
        boolean degraded = found.stream().mapToDouble(Planned::extraShare).sum() >= limits.of(Plans.FLIP_DEGRADED);
        return Optional.of(Finding.of(
                        Plans.NAME,
                        "flip",
                        degraded ? Status.DEGRADED : Status.HEALTHY,
                        Severity.MEDIUM,
                        "a changed plan made a statement slower",
                        "%s: the worst takes %s with %s, before %s with %s (%s and %s)"
                                .formatted(
                                        HumanFormat.count(found.size(), "statement"),
                                        HumanFormat.milliseconds(mean),
                                        plan.differing(old),
                                        HumanFormat.milliseconds(before),
                                        old.differing(plan),
                                        HumanFormat.count(worst.calls(), "call"),
                                        HumanFormat.count(worst.previousCalls(), "call")))
                .threshold("from %s times, and from %s of all time; degraded from %s of all time"
                        .formatted(
                                HumanFormat.number(limits.of(Plans.FLIP_FACTOR)),
                                HumanFormat.percent(limits.of(Plans.FLIP_SHARE)),
                                HumanFormat.percent(limits.of(Plans.FLIP_DEGRADED))))
                .evidence(found.stream()
                        .limit(EvidenceRow.MOST)
                        .map(PlanFindings::row)
                        .toList())
                .cause(
                        "The planner chooses another plan: an index was dropped or is invalid, statistics changed or are "
                                + "outdated, a table grew, or a setting of the planner changed. Generic plans are compared; a plan for "
                                + "given values can differ.")
                .action(
                        "Compare both plans. Restore the index if one is missing; otherwise run ANALYZE on its tables, and "
                                + "look for changed settings.")
                .sql("select * from pg_stat_statements where queryid = " + worst.queryid())
                .expectedEffect(
                        "With the old plan the statement takes %s instead of %s: %s of the time of all statements less."
                                .formatted(
                                        HumanFormat.milliseconds(before),
                                        HumanFormat.milliseconds(mean),
                                        HumanFormat.percent(worst.extraShare()))));
    }

    /** Statements that change rows need the privilege to do so. */
    private Optional<Finding> writes() {
        List<Planned> lacking = now.statements().stream()
                .filter(one -> PRIVILEGE.equals(one.error()))
                .toList();
        if (lacking.isEmpty()) {
            return Optional.empty();
        }
        boolean grant =
                Boolean.FALSE.equals(now.plansWrites()) && lacking.stream().anyMatch(Planned::writes);
        Finding finding = advice(
                        "privileges",
                        "statements cannot be planned without a grant",
                        HumanFormat.count(lacking.size(), "statement") + " of those that take most time, first "
                                + HumanFormat.orUnknown(lacking.getFirst().query()))
                .evidence(rows(lacking))
                .cause("The role pgvigil_planner, as which statements are planned, lacks a privilege that they need.")
                .action(
                        grant
                                ? "Grant it pg_write_all_data to see the plans of statements that change or lock rows. It never "
                                        + "executes them, and nobody can log in as it."
                                : "Grant it EXECUTE on the functions, or USAGE on the foreign servers, that the statements use.")
                .expectedEffect(HumanFormat.count(lacking.size(), "statement") + " more can be planned and compared.");
        return Optional.of(grant ? finding.sql("grant pg_write_all_data to pgvigil_planner") : finding);
    }

    private Optional<Finding> names() {
        List<Planned> lacking = now.statements().stream()
                .filter(one -> one.error() != null && NAMES.contains(one.error()))
                .toList();
        // A table that was dropped since is no reason for advice.
        if (lacking.size() < 2 || lacking.size() < now.planned()) {
            return Optional.empty();
        }
        return Optional.of(advice(
                        "search-path",
                        "statements cannot be planned: names are not found",
                        HumanFormat.count(lacking.size(), "statement") + " of those that take most time, first "
                                + HumanFormat.orUnknown(lacking.getFirst().query()))
                .evidence(rows(lacking))
                .cause(
                        "Schemas in which everybody may create objects are not searched, because what is found there could be "
                                + "made by anybody. Before PostgreSQL 15 that is public, and stays so after an upgrade.")
                .action("Revoke that privilege; grant it to the roles that create tables.")
                .expectedEffect(HumanFormat.count(lacking.size(), "statement") + " more can be planned and compared.")
                .sql("revoke create on schema public from public"));
    }

    private Finding advice(String key, String title, String observed) {
        return Finding.of(Plans.NAME, key, Status.HEALTHY, Severity.LOW, title, observed);
    }

    private static List<Map<String, Object>> rows(List<Planned> all) {
        return all.stream()
                .limit(EvidenceRow.MOST)
                .map(one -> EvidenceRow.of("queryid", one.queryid(), "query", one.query(), "sqlstate", one.error()))
                .toList();
    }

    private static Map<String, Object> row(Planned one) {
        return EvidenceRow.of(
                "queryid", one.queryid(),
                "query", one.query(),
                "mean_ms", one.meanMs(),
                "previous_mean_ms", one.previousMeanMs(),
                "plan", one.plan() == null ? null : String.join("\n", one.plan().nodes()),
                "previous_plan",
                        one.previous() == null
                                ? null
                                : String.join("\n", one.previous().nodes()),
                "changed_at", String.valueOf(one.changedAt()));
    }
}
