package dev.pgvigil.alert;

import static dev.pgvigil.alert.SampleAlerts.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.alert.channel.Notification.Reason;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private static final String RECEIVERS = """
            group-wait: 30s
            group-interval: 5m
            repeat-interval: 4h
            outbound: { allowed-hosts: [hooks.example.com] }
            receivers:
              a: { http: { url: "https://hooks.example.com/a" } }
              b: { http: { url: "https://hooks.example.com/b" } }
              c: { http: { url: "https://hooks.example.com/c" } }
            escalations:
              on-call:
                tiers: [{ receivers: a }, { receivers: b }, { receivers: [b, c] }]
                response-times: { critical: 5m, high: 15m, other: 1h }
            """;
    private static final AlertSettings SIMPLE = SampleAlerts.settings(RECEIVERS + "routes: [{ receivers: a }]");
    private static final AlertSettings ESCALATING =
            SampleAlerts.settings(RECEIVERS + "routes: [{ escalation: on-call }]");
    private static final Target SHOP = SampleAlerts.target("shop", "db1");
    private static final Target MALL = SampleAlerts.target("mall", "db1");

    private final Dispatcher dispatcher = new Dispatcher();
    private final List<Notification> sent = new ArrayList<>();
    private boolean full;

    private static Candidate firing(Target target, String key, Severity severity) {
        return SampleAlerts.firing(target, SampleAlerts.finding("sample", key, severity));
    }

    private static Candidate acknowledged(Candidate one, long second) {
        return new Candidate(
                one.alert()
                        .with(new AlertState.Firing(
                                SampleAlerts.START, new AlertState.Acknowledgement(at(second), "ann"))),
                one.severity(),
                one.target(),
                null);
    }

    private static Candidate silenced(Candidate one) {
        return one.suppressed(ActiveAlert.State.SILENCED, "s", "upgrade");
    }

    private List<Notification> dispatch(AlertSettings settings, long second, Candidate... firing) {
        int before = sent.size();
        dispatcher.dispatch(
                Arrays.asList(firing), settings, at(second), SampleAlerts::item, (one, _) -> !full && sent.add(one));
        return List.copyOf(sent.subList(before, sent.size()));
    }

    @Test
    void criticalAlertIsSentAtOnceAndOnceOnly() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);

        assertThat(dispatch(SIMPLE, 0, alert)).singleElement().satisfies(one -> {
            assertThat(one.receiver()).isEqualTo("a");
            assertThat(one.group()).isEqualTo("server=db1:5432");
            assertThat(one.reason()).isEqualTo(Reason.FIRED);
        });
        assertThat(dispatch(SIMPLE, 1, alert)).isEmpty();
        assertThat(dispatch(SIMPLE, 3600, alert)).isEmpty();
    }

    @Test
    void otherAlertsOfAServerAreCollectedIntoOneNotification() {
        Candidate first = firing(SHOP, "x", Severity.HIGH);
        Candidate second = firing(MALL, "y", Severity.HIGH);

        assertThat(dispatch(SIMPLE, 0, first)).isEmpty();
        assertThat(dispatch(SIMPLE, 29, first, second)).isEmpty();
        assertThat(dispatch(SIMPLE, 30, first, second))
                .singleElement()
                .satisfies(one -> assertThat(one.firing()).hasSize(2));
    }

    @Test
    void nothingIsSentOfWhatIsOverWithinTheWait() {
        dispatch(SIMPLE, 0, firing(SHOP, "x", Severity.HIGH));

        assertThat(dispatch(SIMPLE, 10)).isEmpty();
        assertThat(dispatch(SIMPLE, 100)).isEmpty();
    }

    @Test
    void endOfTheLastAlertIsSentAtOnceAndOfTheOthersByInterval() {
        Candidate first = firing(SHOP, "x", Severity.HIGH);
        Candidate second = firing(SHOP, "y", Severity.HIGH);
        dispatch(SIMPLE, 0, first, second);
        dispatch(SIMPLE, 30, first, second);

        assertThat(dispatch(SIMPLE, 40, first)).isEmpty();
        assertThat(dispatch(SIMPLE, 330, first)).singleElement().satisfies(one -> {
            assertThat(SampleAlerts.ids(one.resolved()))
                    .containsExactly(second.alert().id());
            assertThat(one.over()).isFalse();
        });
        assertThat(dispatch(SIMPLE, 331)).singleElement().satisfies(one -> {
            assertThat(one.reason()).isEqualTo(Reason.RESOLVED);
            assertThat(one.over()).isTrue();
        });
        assertThat(dispatcher.log().entries()).isEmpty();
    }

    @Test
    void endPassesAMuteAndWhatStillFiresIsSentAgainAfterIt() {
        Candidate ends = firing(SHOP, "x", Severity.CRITICAL);
        Candidate stays = firing(SHOP, "y", Severity.CRITICAL);
        dispatch(SIMPLE, 0, ends, stays);

        assertThat(dispatch(SIMPLE, 10, silenced(ends), silenced(stays))).isEmpty();
        dispatch(SIMPLE, 370, silenced(stays));
        assertThat(dispatch(SIMPLE, 400, silenced(stays))).singleElement().satisfies(one -> {
            assertThat(SampleAlerts.ids(one.resolved()))
                    .containsExactly(ends.alert().id());
            assertThat(one.over()).as("the other one still fires").isFalse();
        });
        assertThat(dispatch(SIMPLE, 500, stays))
                .singleElement()
                .satisfies(one -> assertThat(one.reason()).isEqualTo(Reason.FIRED));
        assertThat(dispatch(SIMPLE, 501, stays)).isEmpty();
    }

    @Test
    void alertThatIsOverDuringAMuteWasNeverTold() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);

        assertThat(dispatch(SIMPLE, 0, silenced(alert))).isEmpty();
        assertThat(dispatch(SIMPLE, 1000)).isEmpty();
    }

    @Test
    void fullOutboxOnlyDelays() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        full = true;
        assertThat(dispatch(SIMPLE, 0, alert)).isEmpty();
        full = false;

        assertThat(dispatch(SIMPLE, 1, alert)).hasSize(1);
    }

    @Test
    void unacknowledgedAlertIsRepeatedAndAcknowledgedOneIsNot() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(SIMPLE, 0, alert);

        assertThat(dispatch(SIMPLE, 4 * 3600, alert))
                .singleElement()
                .satisfies(one -> assertThat(one.reason()).isEqualTo(Reason.REMINDER));
        assertThat(dispatch(SIMPLE, 8 * 3600 + 1, acknowledged(alert, 5 * 3600)))
                .isEmpty();
    }

    @Test
    void risingSeverityIsSent() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(SIMPLE, 0, firing(SHOP, "x", Severity.LOW));
        dispatch(SIMPLE, 30, firing(SHOP, "x", Severity.LOW));

        assertThat(dispatch(SIMPLE, 31, alert)).hasSize(1);
    }

    @Test
    void tiersFollowWhileNobodyAcknowledges() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);

        assertThat(dispatch(ESCALATING, 0, alert))
                .extracting(Notification::receiver)
                .containsExactly("a");
        assertThat(dispatch(ESCALATING, 299, alert)).isEmpty();
        assertThat(dispatch(ESCALATING, 300, alert))
                .extracting(Notification::receiver, Notification::reason)
                .containsExactly(tuple("b", Reason.ESCALATED));
        assertThat(dispatch(ESCALATING, 600, alert))
                .extracting(Notification::receiver)
                .containsExactly("c");
        assertThat(dispatch(ESCALATING, 601))
                .extracting(Notification::receiver, Notification::reason)
                .containsExactlyInAnyOrder(
                        tuple("a", Reason.RESOLVED), tuple("b", Reason.RESOLVED), tuple("c", Reason.RESOLVED));
    }

    @Test
    void stepThatCouldNotBeTakenIsOverdue() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(ESCALATING, 0, alert);
        full = true;
        dispatch(ESCALATING, 400, alert);

        assertThat(dispatcher.overdue(List.of(alert), ESCALATING.routes(), at(299)))
                .isZero();
        assertThat(dispatcher.overdue(List.of(alert), ESCALATING.routes(), at(340)))
                .isEqualTo(1);
        full = false;
        dispatch(ESCALATING, 401, alert);
        assertThat(dispatcher.overdue(List.of(alert), ESCALATING.routes(), at(340)))
                .isZero();
    }

    @Test
    void acknowledgementStopsTheTiers() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(ESCALATING, 0, alert);

        assertThat(dispatch(ESCALATING, 3000, acknowledged(alert, 200))).isEmpty();
    }

    @Test
    void tiersThatWereDueWhileTheProcessWasDownFollowAtOnce() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(ESCALATING, 0, alert);
        Dispatcher next = new Dispatcher();
        next.log().restore(dispatcher.log().entries());
        next.exposed().putAll(dispatcher.exposed());
        List<Notification> after = new ArrayList<>();

        next.dispatch(List.of(alert), ESCALATING, at(700), SampleAlerts::item, (one, _) -> after.add(one));

        assertThat(after).extracting(Notification::receiver).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void timeOfASilenceIsNotResponseTime() {
        Candidate alert = firing(SHOP, "x", Severity.CRITICAL);
        dispatch(ESCALATING, 0, alert);
        dispatch(ESCALATING, 100, silenced(alert));

        assertThat(dispatch(ESCALATING, 1000, alert))
                .extracting(Notification::receiver)
                .containsExactly("a");
        assertThat(dispatch(ESCALATING, 1300, alert))
                .extracting(Notification::receiver)
                .containsExactly("b");
    }

    @Test
    void stormIsToldInPartsAndCompletely() {
        Candidate[] storm = new Candidate[3 * Dispatcher.ITEMS + 1];
        for (int i = 0; i < storm.length; i++) {
            storm[i] = firing(SHOP, "k" + i, Severity.CRITICAL);
        }
        Set<String> told = new HashSet<>();
        for (int second = 0; second < 10; second++) {
            dispatch(SIMPLE, second, storm).forEach(one -> told.addAll(SampleAlerts.ids(one.firing())));
        }

        assertThat(sent).allMatch(one -> one.firing().size() <= Dispatcher.ITEMS);
        assertThat(told).hasSize(storm.length);
    }

    /**
     * Whatever happens: an alert that a receiver knows as firing is told to be over exactly once after it ended, and nothing is told to
     * be over that was not told to fire.
     */
    @Property(tries = 200)
    void everyToldAlertIsToldToBeOver(@ForAll @Size(max = 120) List<@IntRange(max = 63) Integer> steps) {
        Dispatcher tried = new Dispatcher();
        Map<String, Boolean> knows = new HashMap<>();
        Candidate[] alerts = {
            firing(SHOP, "x", Severity.CRITICAL), firing(SHOP, "y", Severity.HIGH), firing(MALL, "z", Severity.LOW)
        };
        long second = 0;
        for (int step : steps) {
            second += step;
            List<Candidate> firing = new ArrayList<>();
            for (int i = 0; i < alerts.length; i++) {
                if (((step >> i) & 1) == 1) {
                    firing.add(((step >> 3) & 3) == 3 ? silenced(alerts[i]) : alerts[i]);
                }
            }
            boolean refuse = ((step >> 5) & 1) == 1 && step % 3 == 0;
            tried.dispatch(firing, SIMPLE, at(second), SampleAlerts::item, (one, _) -> !refuse && told(one, knows));
        }
        tried.dispatch(List.of(), SIMPLE, at(second + 1), SampleAlerts::item, (one, _) -> told(one, knows));
        tried.dispatch(List.of(), SIMPLE, at(second + 1000), SampleAlerts::item, (one, _) -> told(one, knows));

        assertThat(knows.values()).doesNotContain(true);
    }

    private static boolean told(Notification one, Map<String, Boolean> knows) {
        one.resolved().forEach(item -> assertThat(knows.put(item.id(), false)).isTrue());
        one.firing().forEach(item -> knows.put(item.id(), true));
        return true;
    }
}
