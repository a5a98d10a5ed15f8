package dev.pgvigil.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.HandMade;
import dev.pgvigil.watch.view.LargeAnswers;
import dev.pgvigil.watch.view.Workshop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerdictsTest {

    private final Fleet fleet = new Fleet();
    private final Verdicts verdicts = new Verdicts(fleet, new Workshop());

    @BeforeEach
    void fill() {
        HandMade.named(IntStream.rangeClosed(0, LargeAnswers.FEW)
                        .mapToObj(i -> "t" + i)
                        .toList())
                .into(fleet);
    }

    @AfterEach
    void close() {
        verdicts.close();
    }

    @Test
    void aProbeOfOneTargetAmongManyIsAnsweredAtOnce() {
        AtomicReference<Answer> answer = new AtomicReference<>();
        verdicts.of(List.of(group("t7"))).subscribe().with(answer::set);
        assertThat(answer.get().checks().getFirst().data().entries()).containsEntry("targets", 1L);
    }

    @Test
    void aProbeOfManyIsAnsweredElsewhere() {
        AtomicReference<String> thread = new AtomicReference<>();
        Answer answer = verdicts.of(List.of(group("t*")))
                .invoke(made -> thread.set(Thread.currentThread().getName()))
                .await()
                .atMost(Duration.ofSeconds(30));
        assertThat(thread.get()).startsWith("workshop-");
        assertThat(answer.checks().getFirst().data().entries())
                .containsEntry("targets", LargeAnswers.FEW + 1L)
                .containsEntry("up", LargeAnswers.FEW + 1L);
    }

    private static Group group(String pattern) {
        Selection selection = new Selection(List.of(new Glob(pattern)), Map.of(), "", ExpectedRole.ANY);
        return new Group("some", selection, Criterion.UNHEALTHY, new Quorum.All());
    }
}
