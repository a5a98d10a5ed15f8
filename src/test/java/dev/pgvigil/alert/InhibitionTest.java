package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InhibitionTest {

    private static final Target SHOP = SampleAlerts.target("shop", "db1");
    private static final Target MALL = SampleAlerts.target("mall", "db1");
    private static final Target ELSEWHERE = SampleAlerts.target("elsewhere", "db2");
    private static final CauseRule RULE = CauseRule.of("one/cause", "two/*", "it does");

    private static List<Candidate> apply(Candidate... alerts) {
        return new Inhibition(new CauseAnalysis(List.of(() -> List.of(RULE))), Set.of(HeartbeatResult.CHECK))
                .apply(
                        List.of(alerts),
                        new Stage.Moment(SampleAlerts.START, SampleAlerts.snapshot(SHOP, MALL, ELSEWHERE)));
    }

    private static Candidate firing(Target target, String check, String key, Severity severity) {
        return SampleAlerts.firing(target, SampleAlerts.finding(check, key, severity));
    }

    @Test
    void deadServerSilencesTheSymptomsOfItsTargets() {
        Candidate dead = firing(SHOP, HeartbeatResult.CHECK, "unreachable", Severity.CRITICAL);

        List<Candidate> after = apply(
                firing(MALL, "slo", "availability/burn", Severity.CRITICAL),
                dead,
                firing(MALL, HeartbeatResult.CHECK, "unreachable", Severity.CRITICAL),
                firing(ELSEWHERE, "blocking", "chain", Severity.HIGH));

        assertThat(after).extracting(Candidate::sent).containsExactly(false, true, true, true);
        assertThat(after.getFirst().suppression())
                .isEqualTo(new Candidate.Suppression(
                        ActiveAlert.State.INHIBITED, dead.alert().id(), "its server is unreachable"));
    }

    @Test
    void slowServerSilencesNothing() {
        assertThat(apply(
                        firing(SHOP, HeartbeatResult.CHECK, "slow", Severity.MEDIUM),
                        firing(SHOP, "blocking", "chain", Severity.HIGH)))
                .allMatch(Candidate::sent);
    }

    @Test
    void chainOfCausesIsOneAlertAsSevereAsItsWorstEffect() {
        List<Candidate> after = apply(
                firing(SHOP, "one", "cause", Severity.LOW),
                firing(SHOP, "two", "effect", Severity.CRITICAL),
                firing(MALL, "two", "effect", Severity.HIGH));

        assertThat(after).extracting(Candidate::sent).containsExactly(true, false, true);
        assertThat(after.getFirst().severity()).isEqualTo(Severity.CRITICAL);
    }
}
