package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.FleetEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AlertsTest {

    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final AlertRule RULE = new AlertRule(Duration.ofSeconds(10), Duration.ofSeconds(20));

    private final Alerts alerts = new Alerts((target, finding) -> RULE);

    private static Finding finding(String key) {
        return Finding.of("sample", key, Status.UNHEALTHY, Severity.CRITICAL, "it fails", "3 of 4");
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }

    private List<Alerts.Due> opened(String key, long second) {
        return alerts.apply(new FleetEvent.Opened(at(second), "shop", finding(key)), at(second));
    }

    private List<Alerts.Due> closed(String key, long second) {
        return alerts.apply(new FleetEvent.Closed(at(second), "shop", finding(key)), at(second));
    }

    private static List<AlertState.Notice> notices(List<Alerts.Due> due) {
        return due.stream().map(Alerts.Due::notice).toList();
    }

    @Test
    void firesOnceWhenOpenForLongEnough() {
        assertThat(opened("a", 0)).isEmpty();
        assertThat(alerts.tick(at(9))).isEmpty();
        assertThat(notices(alerts.tick(at(10)))).containsExactly(AlertState.Notice.FIRED);
        assertThat(alerts.tick(at(11))).isEmpty();
    }

    @Test
    void withdrawsWithoutANoticeWhatEndsBeforeItFires() {
        opened("a", 0);

        assertThat(closed("a", 9)).isEmpty();
        assertThat(alerts.tick(at(100))).isEmpty();
        assertThat(alerts.open()).isEmpty();
        assertThat(alerts.resolved()).isEmpty();
    }

    @Test
    void flappingFindingStaysOneAlert() {
        opened("a", 0);
        alerts.tick(at(10));
        for (int second = 20; second < 200; second += 20) {
            assertThat(closed("a", second)).isEmpty();
            assertThat(alerts.tick(at(second + 19))).isEmpty();
            assertThat(opened("a", second + 19)).isEmpty();
        }

        assertThat(closed("a", 300)).isEmpty();
        assertThat(notices(alerts.tick(at(320)))).containsExactly(AlertState.Notice.RESOLVED);
        assertThat(alerts.resolved()).singleElement().matches(Alert::resolved);
    }

    @Test
    void acknowledgementSurvivesClearingAndBelongsToTheFirst() {
        opened("a", 0);
        String id = alerts.open().getFirst().id();
        assertThat(alerts.acknowledge(id, "ann", at(1))).isNull();
        alerts.tick(at(10));
        alerts.acknowledge(id, "ann", at(11));
        closed("a", 12);
        alerts.acknowledge(id, "bob", at(13));
        opened("a", 14);

        assertThat(alerts.open())
                .extracting(Alert::state)
                .containsExactly(new AlertState.Firing(at(10), new AlertState.Acknowledgement(at(11), "ann")));
    }

    @Test
    void reconcilesWithOpenFindingsAfterLostEvents() {
        opened("gone", 0);
        opened("stays", 0);
        alerts.tick(at(10));

        alerts.reconcile(Map.of("shop", List.of(finding("stays"), finding("new"))), at(20));
        List<Alerts.Due> due = alerts.tick(at(40));

        assertThat(due.stream()
                        .collect(Collectors.toMap(one -> one.alert().finding().key(), Alerts.Due::notice)))
                .isEqualTo(Map.of("sample/gone", AlertState.Notice.RESOLVED, "sample/new", AlertState.Notice.FIRED));
    }

    @Test
    void fingerprintDependsOnTargetAndKeyOnly() {
        assertThat(Alert.begin("shop", finding("a"), at(0)).fingerprint())
                .isEqualTo(Alert.begin("shop", finding("a").cause("another"), at(5))
                        .fingerprint())
                .isNotEqualTo(Alert.begin("shop", finding("b"), at(0)).fingerprint())
                .isNotEqualTo(Alert.begin("mall", finding("a"), at(0)).fingerprint())
                .matches("[0-9a-f]{32}");
    }

    @Test
    void metricsAreTheNumbersOfTheFirstRow() {
        Finding finding = finding("a").evidence(List.of(Map.of("used", 97, "query", "SELECT 1"), Map.of("used", 1)));

        assertThat(Alert.begin("shop", finding, at(0)).metrics()).isEqualTo(Map.of("used", 97));
    }

    @Test
    void storesBoundedNumbersAndCountsTheRest() {
        IntStream.rangeClosed(0, Alerts.OPEN).forEach(i -> opened("k" + i, 0));

        assertThat(alerts.open()).hasSize(Alerts.OPEN);
        assertThat(alerts.omitted()).isEqualTo(1);

        alerts.tick(at(10));
        alerts.reconcile(Map.of(), at(20));
        alerts.tick(at(40));
        assertThat(alerts.open()).isEmpty();
        assertThat(alerts.resolved()).hasSize(Alerts.RESOLVED);
    }

    /** Fires and resolves alternate for each fingerprint, and when every finding is closed for long, none is left firing. */
    @Property(tries = 300)
    void noticesAlternateAndEveryFireIsResolved(@ForAll @Size(max = 200) List<@IntRange(max = 89) Integer> steps) {
        Alerts tried = new Alerts((target, finding) -> RULE);
        List<Alerts.Due> due = new ArrayList<>();
        long second = 0;
        for (int step : steps) {
            String key = "k" + step % 3;
            second += step / 9;
            Instant now = at(second);
            switch (step / 3 % 3) {
                case 0 -> due.addAll(tried.apply(new FleetEvent.Opened(now, "shop", finding(key)), now));
                case 1 -> due.addAll(tried.apply(new FleetEvent.Closed(now, "shop", finding(key)), now));
                default -> {
                    tried.open().forEach(alert -> tried.acknowledge(alert.id(), "ann", now));
                    due.addAll(tried.tick(now));
                }
            }
        }
        due.addAll(tried.reconcile(Map.of(), at(second)));
        due.addAll(tried.tick(at(second + 20)));

        Map<String, AlertState.Notice> last = new HashMap<>();
        for (Alerts.Due one : due) {
            AlertState.Notice before = last.put(one.alert().fingerprint(), one.notice());
            assertThat(one.notice())
                    .isEqualTo(
                            before == AlertState.Notice.FIRED ? AlertState.Notice.RESOLVED : AlertState.Notice.FIRED);
        }
        assertThat(last.values()).doesNotContain(AlertState.Notice.FIRED);
        assertThat(tried.open()).isEmpty();
    }
}
