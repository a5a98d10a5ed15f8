package dev.pgvigil.advice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CauseAnalysisTest {

    private static final CauseAnalysis ANALYSIS = analysis(
            CauseRule.of("work/open", "locks/waiting", "it keeps locks").sharing("pid"),
            CauseRule.of("locks/waiting", "connections/*", "waiters keep connections"),
            CauseRule.of("connections/full", "heartbeat/slow", "sessions compete"));

    @Test
    void joinsTheChainFromTheCauseToItsLastEffect() {
        List<Problem> problems = ANALYSIS.problems(List.of(
                found("heartbeat/slow", Status.DEGRADED),
                found("connections/full", Status.UNHEALTHY),
                found("locks/waiting", Status.DEGRADED, 7, 8),
                found("work/open", Status.HEALTHY, 7)));

        assertThat(problems).hasSize(1);
        Problem problem = problems.getFirst();
        assertThat(problem.cause()).isEqualTo("work/open");
        assertThat(problem.status()).isEqualTo(Status.UNHEALTHY);
        assertThat(problem.action()).isEqualTo("repair work/open");
        assertThat(problem.chain())
                .extracting(Problem.Step::finding)
                .containsExactly("work/open", "locks/waiting", "connections/full", "heartbeat/slow");
        assertThat(problem.chain()).extracting(Problem.Step::depth).containsExactly(0, 1, 2, 3);
        assertThat(problem.chain().get(1).because()).isEqualTo("it keeps locks");
        assertThat(problem.chain().get(1).after()).isEqualTo("work/open");
    }

    @Test
    void doesNotJoinFindingsOfDifferentObjects() {
        assertThat(ANALYSIS.problems(
                        List.of(found("work/open", Status.HEALTHY, 7), found("locks/waiting", Status.DEGRADED, 8))))
                .isEmpty();
    }

    @Test
    void findsNoProblemInFindingsThatNoRuleConnects() {
        assertThat(ANALYSIS.problems(
                        List.of(found("heartbeat/slow", Status.DEGRADED), found("disk/full", Status.UNHEALTHY))))
                .isEmpty();
        assertThat(ANALYSIS.problems(List.of())).isEmpty();
    }

    @Test
    void givesAnEffectOfTwoCausesToTheWorseOne() {
        List<Problem> problems = analysis(
                        CauseRule.of("a/one", "c/effect", "of a"), CauseRule.of("b/two", "c/effect", "of b"))
                .problems(List.of(
                        found("a/one", Status.DEGRADED),
                        found("b/two", Status.UNHEALTHY),
                        found("c/effect", Status.DEGRADED)));

        assertThat(problems).extracting(Problem::cause).containsExactly("b/two");
    }

    @Test
    void endsWhereRulesFormACycle() {
        assertThat(analysis(
                                CauseRule.of("a/one", "b/two", "of a"),
                                CauseRule.of("b/two", "c/three", "of b"),
                                CauseRule.of("c/three", "b/two", "of c"))
                        .problems(List.of(
                                found("a/one", Status.DEGRADED),
                                found("b/two", Status.DEGRADED),
                                found("c/three", Status.DEGRADED))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.chain()).hasSize(3));
    }

    private static CauseAnalysis analysis(CauseRule... rules) {
        return new CauseAnalysis(List.of(() -> List.of(rules)));
    }

    private static Finding found(String key, Status status, Integer... pids) {
        int slash = key.indexOf('/');
        return Finding.of(key.substring(0, slash), key.substring(slash + 1), status, Severity.MEDIUM, key, "observed")
                .action("repair " + key)
                .evidence(List.of(pids).stream()
                        .map(pid -> Map.<String, Object>of("pid", pid))
                        .toList());
    }
}
