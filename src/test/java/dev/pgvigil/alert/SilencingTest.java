package dev.pgvigil.alert;

import static dev.pgvigil.alert.SampleAlerts.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SilencingTest {

    private static final Target SHOP = SampleAlerts.target("shop", "db1");
    private static final Candidate LOCKS =
            SampleAlerts.firing(SHOP, SampleAlerts.finding("blocking", "chain", Severity.HIGH));

    private static List<Candidate> apply(Selector selector, long second) {
        Silence silence = new Silence("s1", selector, at(10), at(20), "ann", "upgrade");
        return new Silencing(() -> List.of(silence))
                .apply(List.of(LOCKS), new Stage.Moment(at(second), SampleAlerts.snapshot(SHOP)));
    }

    @Test
    void suppressesWithinItsTimeOnly() {
        assertThat(apply(Selector.ALL, 9)).allMatch(Candidate::sent);
        assertThat(apply(Selector.ALL, 10))
                .extracting(Candidate::suppression)
                .containsExactly(new Candidate.Suppression(ActiveAlert.State.SILENCED, "s1", "upgrade"));
        assertThat(apply(Selector.ALL, 20)).allMatch(Candidate::sent);
    }

    @Test
    void suppressesWhatItSelectsOnly() {
        Selector check = new Selector(List.of(new Glob("blocking/*")), Set.of(), List.of(), Map.of());
        Selector severity = new Selector(List.of(), Set.of(Severity.LOW), List.of(), Map.of());
        Selector other = new Selector(List.of(), Set.of(), List.of(new Glob("mall")), Map.of());
        Selector tag = new Selector(List.of(), Set.of(), List.of(), Map.of("team", "payments"));

        assertThat(apply(check, 15)).noneMatch(Candidate::sent);
        assertThat(apply(severity, 15)).allMatch(Candidate::sent);
        assertThat(apply(other, 15)).allMatch(Candidate::sent);
        assertThat(apply(tag, 15)).allMatch(Candidate::sent);
    }
}
