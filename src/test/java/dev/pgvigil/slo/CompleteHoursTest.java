package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompleteHoursTest {

    private static final Slo SLO = SampleSlos.availability(0.999, BudgetWindow.D30);
    private static final long BEGIN = 1_700_000_000L / SloHour.SECONDS * SloHour.SECONDS;

    private final Objective objective = new Objective(SLO.measured(), SLO.window());

    private void observe(long from, long until, Second what) {
        for (long second = from; second < until; second++) {
            objective.record(SLO, SampleSlos.target("shop"), BEGIN + second, what, false);
        }
    }

    @Test
    void eachHourIsReturnedOnceWhenItIsOver() {
        observe(0, 3_590, Second.GOOD);
        assertThat(objective.completeHours(BEGIN + 3_590)).isEmpty();
        observe(3_590, 3_700, Second.BAD);

        assertThat(objective.completeHours(BEGIN + 3_700))
                .containsExactly(new Objective.Part(BEGIN, 3_600, new Counts(3_590, 10, 0, 0)));
        assertThat(objective.completeHours(BEGIN + 3_701)).isEmpty();
    }

    @Test
    void hoursInWhichNobodyLookedAreNotReturned() {
        observe(0, 3_600, Second.GOOD);
        objective.completeHours(BEGIN + 3_600);
        observe(4 * 3_600, 4 * 3_600 + 60, Second.GOOD);

        assertThat(objective.completeHours(BEGIN + 5 * 3_600))
                .extracting(Objective.Part::begin)
                .containsExactly(BEGIN + 4 * 3_600);
    }

    @Test
    void theLastThreeAreReturnedAgainAfterARestart() throws IOException {
        observe(0, 5 * 3_600 + 10, Second.GOOD);
        long now = BEGIN + 5 * 3_600 + 10;
        objective.completeHours(now);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        objective.write(new DataOutputStream(bytes));
        Objective restarted = new Objective(SLO.measured(), SLO.window());
        restarted.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), now);

        List<Objective.Part> again = restarted.completeHours(now);
        assertThat(again)
                .extracting(Objective.Part::begin)
                .containsExactly(BEGIN + 2 * 3_600, BEGIN + 3 * 3_600, BEGIN + 4 * 3_600);
    }
}
