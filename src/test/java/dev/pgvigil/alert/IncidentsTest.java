package dev.pgvigil.alert;

import static dev.pgvigil.alert.SampleAlerts.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.alert.Incident.Kind;
import dev.pgvigil.check.Severity;
import dev.pgvigil.slo.SpentBudget;
import dev.pgvigil.state.ActiveAlert;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentsTest {

    private final Incidents incidents = new Incidents();
    private long bad;

    private static AlertReport.Shown firing(String target, String key, Severity severity, String... told) {
        Candidate one =
                SampleAlerts.firing(SampleAlerts.target(target, "db1"), SampleAlerts.finding("sample", key, severity));
        return AlertReport.Shown.of(one.alert(), one, Arrays.asList(told));
    }

    private static AlertReport.Shown resolved(AlertReport.Shown firing, long second) {
        return AlertReport.Shown.of(firing.alert().with(new AlertState.Resolved(at(second))), null, List.of());
    }

    private void observe(long second, AlertReport.Shown... alerts) {
        incidents.observe(
                Arrays.asList(alerts),
                alert -> "db1:5432",
                target -> List.of(new SpentBudget("availability", bad, 1000)),
                at(second));
    }

    private Incident latest() {
        return incidents.all().getFirst();
    }

    private List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        latest().timeline().forEach(one -> kinds.add(one.kind()));
        return kinds;
    }

    @Test
    void alertOfLowSeverityIsNoIncidentButJoinsOne() {
        AlertReport.Shown low = firing("shop", "low", Severity.MEDIUM);
        observe(0, low);
        assertThat(incidents.all()).isEmpty();

        observe(1, low, firing("mall", "x", Severity.HIGH));

        assertThat(latest().alerts().values())
                .extracting(Incident.Involved::finding)
                .containsExactly("sample/low", "sample/x");
        assertThat(latest().severity()).isEqualTo(Severity.HIGH);
        assertThat(latest().target()).isEqualTo("mall");
    }

    @Test
    void timelineHasEachThingOnceAndEndsAfterTwoQuietMinutes() {
        AlertReport.Shown alert = firing("shop", "x", Severity.CRITICAL);
        observe(0, alert);
        AlertReport.Shown told = firing("shop", "x", Severity.CRITICAL, "chat");
        observe(1, told);
        observe(2, told);
        observe(60, resolved(alert, 60));
        observe(100, told);
        observe(121, resolved(alert, 121));
        assertThat(latest().open()).isTrue();
        observe(221, resolved(alert, 121));

        assertThat(kinds())
                .containsExactly(Kind.FIRED, Kind.TOLD, Kind.RESOLVED, Kind.FIRED, Kind.RESOLVED, Kind.ENDED);
        assertThat(latest().end()).isEqualTo(at(221));
        assertThat(latest().alerts().values())
                .allSatisfy(one -> assertThat(one.until()).isNotNull());
        observe(300, told);
        assertThat(incidents.all()).as("a later one is another incident").hasSize(2);
    }

    @Test
    void acknowledgementAndSuppressionAreNotedWithWhoAndWhy() {
        Candidate one = SampleAlerts.firing(
                SampleAlerts.target("shop", "db1"), SampleAlerts.finding("sample", "x", Severity.CRITICAL));
        observe(0, AlertReport.Shown.of(one.alert(), one, List.of()));
        Alert acknowledged =
                one.alert().with(new AlertState.Firing(at(0), new AlertState.Acknowledgement(at(5), "ann")));
        Candidate silenced = new Candidate(acknowledged, Severity.CRITICAL, one.target(), null)
                .suppressed(ActiveAlert.State.SILENCED, "s", "upgrade");
        observe(6, AlertReport.Shown.of(acknowledged, silenced, List.of()));

        assertThat(latest().timeline())
                .anySatisfy(each -> assertThat(each)
                        .isEqualTo(new Incident.Happening(
                                at(5), Kind.ACKNOWLEDGED, acknowledged.id(), "ann", "acknowledged")))
                .anySatisfy(each -> assertThat(each.text()).isEqualTo("upgrade"));
        assertThat(incidents.note(latest().id(), "bob", "failed over", at(7))).isNotNull();
        assertThat(latest().timeline().getLast().by()).isEqualTo("bob");
        assertThat(incidents.note("none", "bob", "failed over", at(7))).isNull();
    }

    @Test
    void costIsWhatBecameBadMeanwhileAlsoOverARestart() {
        AlertReport.Shown alert = firing("shop", "x", Severity.CRITICAL);
        bad = 500;
        observe(0, alert);
        bad = 530;
        observe(30, alert);
        assertThat(latest().costs().values()).containsExactly(new Incident.Cost("shop", "availability", 30, 1000));

        Incidents next = new Incidents();
        next.restore(incidents.all());
        // Its counters begin anew.
        for (long second = 40; second <= 60; second += 10) {
            long badSeconds = second - 40;
            next.observe(
                    List.of(alert),
                    each -> "db1:5432",
                    target -> List.of(new SpentBudget("availability", badSeconds, 1000)),
                    at(second));
        }
        assertThat(next.all()).hasSize(1);
        assertThat(next.all().getFirst().costs().values())
                .containsExactly(new Incident.Cost("shop", "availability", 50, 1000));
    }

    @Test
    void keptIncidentsAndTheirEntriesAreBounded() {
        for (int i = 0; i < 120; i++) {
            AlertReport.Shown alert = firing("shop", "k" + i, Severity.CRITICAL);
            observe(i * 1000L, alert);
            observe(i * 1000L + 500, resolved(alert, i * 1000L + 500));
            observe(i * 1000L + 700, resolved(alert, i * 1000L + 500));
        }
        assertThat(incidents.all()).hasSize(Incidents.MOST);
        AlertReport.Shown[] storm = new AlertReport.Shown[300];
        for (int i = 0; i < storm.length; i++) {
            storm[i] = firing("shop", "s" + i, Severity.CRITICAL);
        }
        observe(200_000, storm);
        observe(200_001, storm);

        assertThat(latest().alerts()).hasSize(Incident.ALERTS);
    }

    @Test
    void reportIsMarkdownInWhichNoTextBecomesMarkup() {
        observe(0, firing("<b>*shop*", "x|y", Severity.CRITICAL, "chat"));
        observe(10);
        incidents.note(latest().id(), "ann", "line\n# heading", at(11));
        String report = IncidentReport.markdown(latest(), at(60));

        assertThat(report)
                .startsWith("# It fails\n")
                .contains(
                        "- Severity: critical\n",
                        "## What it cost\n",
                        "## Findings\n",
                        "## Timeline\n",
                        "\\<b\\>\\*shop\\*",
                        "line \\# heading (ann)",
                        "- Ended: not yet");
        assertThat(report.lines().filter(line -> line.startsWith("#"))).hasSize(4);
    }
}
