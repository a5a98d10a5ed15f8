package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.alert.channel.HttpReceiver;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The monitor from an event to a real receiver, over failures of the receiver and restarts of the process. */
class AlertMonitorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Finding FINDING = SampleAlerts.finding("sample", "x", Severity.CRITICAL);

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Fleet fleet = new Fleet();
    private final List<AlertMonitor> monitors = new ArrayList<>();
    private HttpReceiver receiver;
    private HttpReceiver other;

    @BeforeEach
    void open() {
        receiver = new HttpReceiver();
        other = new HttpReceiver();
    }

    @AfterEach
    void close() throws InterruptedException {
        for (AlertMonitor monitor : monitors) {
            monitor.stop();
        }
        receiver.close();
        other.close();
        vertx.close();
    }

    private AlertMonitor start(Fleet watched) {
        AlertSettings settings =
                SampleAlerts.settings("""
                state-file: %s
                outbound: { allowed-hosts: 127.0.0.1, private-addresses: true, timeout: 2s }
                rules: [{ keep-firing: 0s }]
                receivers:
                  a: { http: { url: "%s" } }
                  b: { http: { url: "%s" } }
                routes:
                  - { receivers: a, checks: sample }
                  - { receivers: b, checks: notifications }
                """.formatted(folder.resolve("alerts"), receiver.url("/a"), other.url("/b")));
        AlertMonitor monitor = new AlertMonitor(watched, () -> settings, new CauseAnalysis(List.of()), vertx);
        monitors.add(monitor);
        monitor.start();
        return monitor;
    }

    private void open(Fleet watched) {
        watched.update(snapshot -> snapshot, List.of(new FleetEvent.Opened(Instant.now(), "shop", FINDING)));
    }

    private void shut(Fleet watched) {
        watched.update(snapshot -> snapshot, List.of(new FleetEvent.Closed(Instant.now(), "shop", FINDING)));
    }

    private static List<String> statuses(HttpReceiver at) {
        return at.requests().stream()
                .map(request -> new JsonObject(request.body()).getString("status"))
                .toList();
    }

    private void awaitStatuses(String... statuses) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(receiver)).containsExactly(statuses));
    }

    @Test
    void findingReachesItsReceiverAndSoDoesItsEnd() {
        AlertMonitor monitor = start(fleet);
        open(fleet);
        awaitStatuses("firing");
        await().atMost(PATIENCE).until(() -> fleet.alerts().size() == 1);
        assertThat(fleet.events().since(0, 100).entries())
                .filteredOn(entry -> entry.event() instanceof FleetEvent.AlertChanged)
                .singleElement()
                .satisfies(entry -> assertThat(((FleetEvent.AlertChanged) entry.event())
                                .alert()
                                .state())
                        .isEqualTo(ActiveAlert.State.FIRING));

        shut(fleet);
        awaitStatuses("firing", "resolved");
        await().atMost(PATIENCE).until(() -> fleet.alerts().isEmpty());
        assertThat(monitor.report().alerts())
                .extracting(AlertReport.Shown::state)
                .containsExactly(ActiveAlert.State.RESOLVED);
    }

    @Test
    void findingsThatWereOpenBeforeTheStartAreAlerts() {
        open(fleet);
        start(fleet);

        awaitStatuses("firing");
    }

    @Test
    void failingReceiverGetsEveryNotificationInTheEndAndInOrder() {
        receiver.answering(500);
        start(fleet);
        open(fleet);
        await().atMost(PATIENCE).until(() -> !receiver.requests().isEmpty());
        shut(fleet);
        await().atMost(PATIENCE).until(() -> receiver.requests().size() >= 3);
        assertThat(statuses(receiver)).as("the end waits for the begin").containsOnly("firing");
        receiver.answering(200);

        await().atMost(PATIENCE).until(() -> statuses(receiver).contains("resolved"));
        assertThat(statuses(receiver).getLast()).isEqualTo("resolved");
    }

    @Test
    void deadLetterIsAnAlertForAnotherReceiver() {
        receiver.answering(400);
        AlertMonitor monitor = start(fleet);
        open(fleet);

        await().atMost(PATIENCE).until(() -> !other.requests().isEmpty());
        JsonArray alerts = new JsonObject(other.requests().getFirst().body()).getJsonArray("alerts");
        assertThat(alerts.getJsonObject(0).getString("finding")).isEqualTo("notifications/receiver/a");
        assertThat(monitor.report().deadLetters()).hasSize(1);
    }

    @Test
    void restartRepeatsNothingAndForgetsNothing() throws Exception {
        AlertMonitor first = start(fleet);
        open(fleet);
        awaitStatuses("firing");
        await().atMost(PATIENCE)
                .until(() -> first.report().receivers().getFirst().queued() == 0);
        first.stop();

        Fleet restarted = new Fleet();
        AlertMonitor second = start(restarted);
        await().atMost(PATIENCE).until(() -> second.report().alerts().size() == 1);
        assertThat(second.report().alerts().getFirst().state()).isEqualTo(ActiveAlert.State.FIRING);
        open(restarted);
        shut(restarted);

        awaitStatuses("firing", "resolved");
    }

    @Test
    void notificationThatWaitedAtAKillIsSentAfterTheRestart() throws Exception {
        receiver.answering(500);
        AlertMonitor first = start(fleet);
        open(fleet);
        await().atMost(PATIENCE).until(() -> !receiver.requests().isEmpty());
        Path kept = folder.resolve("alerts");
        await().atMost(PATIENCE).until(() -> Files.exists(kept));
        byte[] atTheKill = Files.readAllBytes(kept);
        first.stop();
        Files.write(kept, atTheKill);
        receiver.answering(200);
        int before = receiver.requests().size();

        start(new Fleet());

        await().atMost(PATIENCE).until(() -> receiver.requests().size() > before);
        assertThat(new JsonObject(receiver.requests().getLast().body()).getString("id"))
                .as("the same id, so that a receiver can drop the second one")
                .isEqualTo(new JsonObject(receiver.requests().getFirst().body()).getString("id"));
    }

    @Test
    void damagedStateFileIsKeptBesideAndDoesNotStopTheStart() throws Exception {
        Path kept = Files.writeString(folder.resolve("alerts"), "not a file of alerts");
        start(fleet);
        open(fleet);

        awaitStatuses("firing");
        assertThat(folder.resolve("alerts.unusable")).hasContent("not a file of alerts");
        await().atMost(PATIENCE).until(() -> Files.exists(kept));
        assertThat(Files.getPosixFilePermissions(kept))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void outgoingHeartbeatIsSentAgainAndAgainWhateverItIsAnswered() {
        other.answering(500);
        AlertSettings settings = SampleAlerts.settings("""
                outbound: { allowed-hosts: 127.0.0.1, private-addresses: true, timeout: 2s }
                heartbeat: { url: "%s", interval: 5s }
                """.formatted(other.url("/beat")));
        AlertMonitor monitor = new AlertMonitor(fleet, () -> settings, new CauseAnalysis(List.of()), vertx);
        monitors.add(monitor);
        monitor.start();

        await().atMost(PATIENCE).until(() -> other.requests().size() >= 2);
        assertThat(other.requests().getFirst().path()).isEqualTo("/beat");
    }

    @Test
    void commandSendsATestAndSaysWhatCameOfIt() {
        AlertSettings settings = SampleAlerts.settings("""
                outbound: { allowed-hosts: 127.0.0.1, private-addresses: true, timeout: 2s }
                receivers: { a: { http: { url: "%s" } } }
                """.formatted(receiver.url("/a")));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

        assertThat(TestAlert.send("a", settings, out, out)).isZero();
        receiver.answering(403);
        assertThat(TestAlert.send("a", settings, out, out)).isEqualTo(1);
        assertThat(TestAlert.send("b", settings, out, out)).isEqualTo(2);

        assertThat(new JsonObject(receiver.requests().getFirst().body()).getString("reason"))
                .isEqualTo("test");
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains(
                        "a has it",
                        "a does not have it: the receiver answered with status 403",
                        "no receiver is named b");
    }

    @Test
    void peopleAcknowledgeSilenceAndResolve() {
        AlertMonitor monitor = start(fleet);
        open(fleet);
        awaitStatuses("firing");
        await().atMost(PATIENCE).until(() -> fleet.alerts().size() == 1);
        String id = fleet.alerts().getFirst().id();

        assertThat(monitor.acknowledge(id, "ann").await().atMost(PATIENCE).state())
                .isEqualTo(ActiveAlert.State.ACKNOWLEDGED);
        monitor.silence(new Silence(
                        "s1", Selector.ALL, Instant.now(), Instant.now().plusSeconds(600), "ann", "upgrade"))
                .await()
                .atMost(PATIENCE);
        assertThat(monitor.report().find(id))
                .satisfies(one -> assertThat(one.state()).isEqualTo(ActiveAlert.State.SILENCED));
        assertThat(monitor.resolve(id, "ann").await().atMost(PATIENCE).state()).isEqualTo(ActiveAlert.State.RESOLVED);
        awaitStatuses("firing", "resolved");
        fleet.update(snapshot -> snapshot, List.of(new FleetEvent.Updated(Instant.now(), "shop", FINDING)));
        monitor.unsilence("s1").await().atMost(PATIENCE);

        assertThat(fleet.alerts())
                .as("it begins again only after its finding was closed")
                .isEmpty();
    }
}
