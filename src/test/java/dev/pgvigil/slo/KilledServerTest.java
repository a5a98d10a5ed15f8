package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.testing.PgServer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A real server that is killed, under heartbeats as they are; only the seconds of the objective pass faster. */
class KilledServerTest {

    private static final int MOST_TICKS = 200;

    private final Objectives objectives = new Objectives(new Catalogue(List.of(new Heartbeat(), new Databases())));
    private final List<FleetEvent> changes = new ArrayList<>();
    private long second = 1_700_000_000L;

    @Test
    void killedServerPagesAndRecoveredServerDoesNot() {
        objectives.configure(SampleSlos.only(SampleSlos.availability(0.999, BudgetWindow.D30)));
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                Monitoring monitoring = Monitoring.over(server.target("shop", "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(ticks(monitoring, status -> status.totals().good() >= 100))
                    .isTrue();
            assertThat(changes).isEmpty();

            server.kill();
            monitoring.awaitStatus("shop", Status.UNHEALTHY);
            assertThat(ticks(monitoring, ObjectiveStatus::pages)).isTrue();

            ObjectiveStatus burning = objectives.report().objectives().getFirst();
            assertThat(burning.totals().bad()).isBetween(52L, 60L);
            assertThat(opened()).containsExactly("slo/availability/burn");
            assertThat(burning.findings()).extracting(Finding::severity).containsExactly(Severity.CRITICAL);
            assertThat(BurnSummary.of(objectives.report()).pages()).containsExactly("availability of shop");

            server.restart();
            monitoring.awaitStatus("shop", Status.HEALTHY);
            assertThat(ticks(monitoring, status -> !status.pages())).isTrue();
            assertThat(changes.getLast()).isInstanceOf(FleetEvent.Closed.class);
            assertThat(objectives.report().objectives().getFirst().burn().remaining())
                    .isBetween(0.95, 0.985);
        }
    }

    private List<String> opened() {
        return changes.stream()
                .filter(FleetEvent.Opened.class::isInstance)
                .map(event -> ((FleetEvent.Opened) event).finding().key())
                .toList();
    }

    /** Lets seconds pass until then; false if that takes too many. */
    private boolean ticks(Monitoring monitoring, Predicate<ObjectiveStatus> until) {
        for (int i = 0; i < MOST_TICKS; i++) {
            second += Objective.LATE;
            changes.addAll(objectives.tick(monitoring.fleet().snapshot(), SteadyClock.now(), second));
            if (until.test(objectives.report().objectives().getFirst())) {
                return true;
            }
        }
        return false;
    }
}
