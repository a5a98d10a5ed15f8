package dev.pgvigil.check.statements;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The generic plans of the statements of one database that take most time.
 *
 * @param access whether plans can be seen
 * @param plansWrites whether statements that change rows can be planned too; null: not known
 * @param planned statements whose plan is known
 * @param changes of plans since pgvigil monitors the database
 * @param statements the most recently active first
 */
public record StatementPlans(
        Access access, @Nullable Boolean plansWrites, int planned, long changes, List<Planned> statements) {

    private static final Pattern WRITES = Pattern.compile(
            "^(?:insert|update|delete|merge)\\b|\\bfor\\s{1,9}(?:no\\s{1,9}key\\s{1,9})?(?:update|share)\\b"
                    + "|^with\\b.*\\b(?:insert|update|delete|merge)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** Whether the grants of level 2 are there. */
    public enum Access {
        GRANTED,
        /** The function is missing, or pgvigil may not call it. */
        MISSING,
        /** The function belongs to a superuser: what planning executes would have all privileges. It is not called. */
        UNSAFE
    }

    /**
     * One statement.
     *
     * @param queryid as text because scripts lose digits of large numbers
     * @param query without values, truncated; null: not read yet
     * @param plan null: it could not be planned
     * @param plannedAt when it was last planned, or could not be
     * @param meanMs mean execution time with this plan; null: no calls since pgvigil knows the plan
     * @param calls with this plan
     * @param previous the plan before; null: it has not changed for a day
     * @param changedAt when the change was noticed
     * @param previousMeanMs mean execution time with the previous plan
     * @param previousCalls with the previous plan
     * @param extraShare share of the execution time of the database that the statement takes more than with the previous plan
     * @param error SQLSTATE with which planning failed
     * @param refused why it is not planned
     */
    public record Planned(
            String queryid,
            @Nullable String query,
            @Nullable PlanTree plan,
            Instant plannedAt,
            @Nullable Double meanMs,
            long calls,
            @Nullable PlanTree previous,
            @Nullable Instant changedAt,
            @Nullable Double previousMeanMs,
            long previousCalls,
            double extraShare,
            @Nullable String error,
            @Nullable String refused) {

        /** How many times the mean before the change; null: not known. */
        @Nullable
        Double factor() {
            return previous == null || meanMs == null || previousMeanMs == null || previousMeanMs <= 0
                    ? null
                    : meanMs / previousMeanMs;
        }

        /** Whether the statement changes or locks rows, as far as its text tells. */
        boolean writes() {
            return query != null && WRITES.matcher(query).find();
        }
    }

    static StatementPlans without(Access access) {
        return new StatementPlans(access, null, 0, 0, List.of());
    }

    public StatementPlans {
        statements = List.copyOf(statements);
    }
}
