package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupHealthServiceTest {

    private final Fleet fleet = new Fleet();
    private final GroupHealthService verdicts = new GroupHealthService(fleet);

    @BeforeEach
    void fill() {
        SampleFleet.named(IntStream.rangeClosed(0, JsonRenderer.FEW)
                        .mapToObj(i -> "t" + i)
                        .toList())
                .into(fleet);
    }

    @Test
    void evaluatesSmallGroupOnCallingThread() {
        AtomicReference<HealthResponse> answer = new AtomicReference<>();
        verdicts.of(List.of(group("t7"))).subscribe().with(answer::set);
        assertThat(answer.get().checks().getFirst().data().entries()).containsEntry("targets", 1L);
    }

    @Test
    void evaluatesLargeGroupOnOwnThread() {
        AtomicReference<String> thread = new AtomicReference<>();
        HealthResponse answer = verdicts.of(List.of(group("t*")))
                .invoke(made -> thread.set(Thread.currentThread().getName()))
                .await()
                .atMost(Duration.ofSeconds(30));
        assertThat(thread.get()).startsWith("probes-");
        assertThat(answer.checks().getFirst().data().entries())
                .containsEntry("targets", JsonRenderer.FEW + 1L)
                .containsEntry("up", JsonRenderer.FEW + 1L);
    }

    private static Group group(String pattern) {
        TargetSelector selection = new TargetSelector(List.of(new Glob(pattern)), Map.of(), "", ExpectedRole.ANY);
        return new Group("some", selection, GroupPolicy.UNHEALTHY, new Quorum.All(), BurnPolicy.STANDARD);
    }
}
