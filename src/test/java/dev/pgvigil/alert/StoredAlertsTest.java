package dev.pgvigil.alert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.alert.channel.HttpReceiver;
import dev.pgvigil.alert.channel.Sample;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Ownership;
import dev.pgvigil.store.TestStore;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts in a real store: restarts, a store that is away, and replicas that hand a server over. */
class StoredAlertsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Finding FINDING = SampleAlerts.finding("sample", "x", Severity.CRITICAL);
    private static final Target SHOP = SampleAlerts.target("shop", "db1");
    private static final String SCOPE = "db1:5432";
    private static final Vertx VERTX = Vertx.vertx();
    private static PgServer server;

    private final List<AlertMonitor> monitors = new ArrayList<>();
    private final HttpReceiver receiver = new HttpReceiver();
    private String database;
    private TestStore store;

    /** A cluster of which the test says who owns what. */
    private static final class Share implements Ownership {

        private volatile OptionalLong token = OptionalLong.empty();
        private final AtomicInteger refused = new AtomicInteger();

        @Override
        public boolean alone() {
            return false;
        }

        @Override
        public OptionalLong token(Server of) {
            return token;
        }

        @Override
        public void refused(Server of) {
            refused.incrementAndGet();
        }
    }

    @BeforeAll
    static void startServer() {
        server = PgServer.start(PgServer.majors().getLast());
    }

    @AfterAll
    static void stopServer() {
        server.close();
        VERTX.close();
    }

    @BeforeEach
    void open() {
        database = server.newDatabase("alerts");
        store = new TestStore(VERTX, server, database, new AlertTables());
    }

    @AfterEach
    void close() throws InterruptedException {
        for (AlertMonitor monitor : monitors) {
            monitor.stop();
        }
        receiver.close();
        store.close();
    }

    private AlertMonitor start(Fleet fleet, Ownership ownership) {
        AlertSettings settings = SampleAlerts.settings("""
                outbound: { allowed-hosts: 127.0.0.1, private-addresses: true, timeout: 2s }
                rules: [{ keep-firing: 0s }]
                receivers: { a: { http: { url: "%s" } } }
                routes: [{ receivers: a, checks: sample }]
                """.formatted(receiver.url("/a")));
        AlertMonitor monitor = new AlertMonitor(
                fleet,
                () -> settings,
                new CauseAnalysis(List.of()),
                Set.of(),
                _ -> List.of(),
                VERTX,
                () -> true,
                () -> store.sessions(),
                ownership);
        monitors.add(monitor);
        monitor.start();
        return monitor;
    }

    private static Fleet fleet() {
        Fleet fleet = new Fleet();
        fleet.update(_ -> SampleAlerts.snapshot(SHOP), List.of());
        return fleet;
    }

    private static void open(Fleet fleet) {
        fleet.update(snapshot -> snapshot, List.of(new FleetEvent.Opened(Instant.now(), "shop", FINDING)));
    }

    private static void shut(Fleet fleet) {
        fleet.update(snapshot -> snapshot, List.of(new FleetEvent.Closed(Instant.now(), "shop", FINDING)));
    }

    private List<String> statuses() {
        return receiver.requests().stream()
                .map(request -> new JsonObject(request.body()).getString("status"))
                .toList();
    }

    private void awaitStatuses(String... statuses) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(statuses()).containsExactly(statuses));
    }

    private String value(String query) {
        return String.valueOf(server.valueIn(database, query));
    }

    private void awaitValue(String query, String value) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(value(query)).isEqualTo(value));
    }

    @Test
    void restartRepeatsNothingAndForgetsNothing() throws Exception {
        Fleet before = fleet();
        AlertMonitor first = start(before, Ownership.ALONE);
        open(before);
        awaitStatuses("firing");
        awaitValue("SELECT count(*) FROM pgvigil.alert_outbox", "0");
        String id = before.alerts().getFirst().id();
        first.acknowledge(id, "ann").await().atMost(PATIENCE);
        first.silence(new Silence(
                        "s1",
                        new Selector(List.of(), Set.of(Severity.LOW), List.of(), Map.of()),
                        Instant.now(),
                        Instant.now().plusSeconds(600),
                        "ann",
                        "upgrade"))
                .await()
                .atMost(PATIENCE);
        first.stop();

        Fleet after = fleet();
        AlertMonitor second = start(after, Ownership.ALONE);
        await().atMost(PATIENCE).until(() -> second.report().alerts().size() == 1);
        assertThat(second.report().alerts().getFirst().alert().id()).isEqualTo(id);
        assertThat(second.report().alerts().getFirst().state()).isEqualTo(ActiveAlert.State.ACKNOWLEDGED);
        await().atMost(PATIENCE).until(() -> second.report().silences().size() == 1);
        open(after);
        shut(after);

        awaitStatuses("firing", "resolved");
        assertThat(second.report().store()).isEqualTo("ok");
    }

    @Test
    void notificationThatWaitedIsSentByTheNextProcessWithTheSameId() throws Exception {
        receiver.answering(500);
        Fleet before = fleet();
        AlertMonitor first = start(before, Ownership.ALONE);
        open(before);
        await().atMost(PATIENCE).until(() -> !receiver.requests().isEmpty());
        awaitValue("SELECT count(*) FROM pgvigil.alert_outbox WHERE attempts > 0", "1");
        first.stop();
        receiver.answering(200);
        int tried = receiver.requests().size();

        start(fleet(), Ownership.ALONE);

        await().atMost(PATIENCE).until(() -> receiver.requests().size() > tried);
        assertThat(new JsonObject(receiver.requests().getLast().body()).getString("id"))
                .isEqualTo(new JsonObject(receiver.requests().getFirst().body()).getString("id"));
        awaitValue("SELECT count(*) FROM pgvigil.alert_outbox", "0");
    }

    @Test
    void alertsAreSentWhileTheStoreIsAwayAndKeptAfterwards() {
        Fleet fleet = fleet();
        AlertMonitor monitor = start(fleet, Ownership.ALONE);
        await().atMost(PATIENCE).until(() -> monitor.report().store().equals("ok"));
        server.stop();
        try {
            open(fleet);
            awaitStatuses("firing");
            await().atMost(PATIENCE).until(() -> monitor.report().store().equals("away"));
        } finally {
            server.restart();
        }

        awaitValue("SELECT count(state) FROM pgvigil.alert_scope", "1");
        await().atMost(PATIENCE).until(() -> monitor.report().store().equals("ok"));
        shut(fleet);
        awaitStatuses("firing", "resolved");
    }

    @Test
    void refusedNotificationIsADeadLetterAlsoAfterARestart() throws Exception {
        receiver.answering(400);
        Fleet fleet = fleet();
        AlertMonitor first = start(fleet, Ownership.ALONE);
        open(fleet);
        awaitValue("SELECT count(*) FROM pgvigil.alert_dead_letter", "1");
        awaitValue("SELECT count(*) FROM pgvigil.alert_outbox", "0");
        first.stop();

        AlertMonitor second = start(fleet(), Ownership.ALONE);

        await().atMost(PATIENCE).until(() -> second.report().deadLetters().size() == 1);
    }

    @Test
    void onlyTheOwnerSendsAndTheNextOwnerGoesOn() {
        Share one = new Share();
        Share two = new Share();
        one.token = OptionalLong.of(1);
        Fleet left = fleet();
        Fleet right = fleet();
        AlertMonitor owner = start(left, one);
        AlertMonitor other = start(right, two);
        open(left);
        open(right);
        awaitStatuses("firing");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(other.report().alerts())
                        .extracting(shown -> shown.alert().id())
                        .containsExactly(
                                owner.report().alerts().getFirst().alert().id()));

        // The owner stood still: it does not know yet that its server is another's, and learns it when it keeps a
        // change.
        two.token = OptionalLong.of(2);
        awaitValue("SELECT max(token) FROM pgvigil.alert_scope", "2");
        shut(left);
        await().atMost(PATIENCE).until(() -> one.refused.get() > 0);
        one.token = OptionalLong.empty();
        shut(right);

        awaitStatuses("firing", "resolved");
    }

    @Test
    void acknowledgementAndSilenceAtAnotherReplicaReachTheOwner() {
        Share one = new Share();
        Share two = new Share();
        one.token = OptionalLong.of(1);
        Fleet left = fleet();
        Fleet right = fleet();
        AlertMonitor owner = start(left, one);
        AlertMonitor other = start(right, two);
        open(left);
        open(right);
        awaitStatuses("firing");
        String id = owner.report().alerts().getFirst().alert().id();
        await().atMost(PATIENCE).until(() -> other.report().find(id) != null);

        other.acknowledge(id, "ann").await().atMost(PATIENCE);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(owner.report().alerts().getFirst().state())
                                .isEqualTo(ActiveAlert.State.ACKNOWLEDGED));
        other.silence(new Silence(
                        "s1", Selector.ALL, Instant.now(), Instant.now().plusSeconds(600), "ann", "upgrade"))
                .await()
                .atMost(PATIENCE);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(owner.report().alerts().getFirst().state()).isEqualTo(ActiveAlert.State.SILENCED));
    }

    @Test
    void storeRefusesASmallerTokenAndGivesANotificationToOneProcess() throws Exception {
        await().atMost(PATIENCE).until(() -> store.sessions().isPresent());
        Instant now = Instant.now();
        AlertStore old = new AlertStore(() -> store.sessions());
        AlertStore next = new AlertStore(() -> store.sessions());
        Outbox.Entry entry = new Outbox.Entry(Sample.notification("a", now), SCOPE, 0, now, null);
        assertThat(old.take(Map.of(SCOPE, 5L), now)).containsOnlyKeys(SCOPE);
        assertThat(old.keep(
                        List.of(new AlertStore.Change(SCOPE, 5, 5, AlertStateFile.Kept.NOTHING)), List.of(entry), now))
                .isEmpty();

        assertThat(old.claim(List.of(entry), Map.of(SCOPE, 5L), now).mine())
                .containsExactly(entry.notification().id());
        assertThat(requireNonNull(next.take(Map.of(SCOPE, 7L), now).get(SCOPE)).waiting())
                .extracting(one -> one.notification().id())
                .containsExactly(entry.notification().id());
        AlertStore.Claims busy = next.claim(List.of(entry), Map.of(SCOPE, 7L), now);
        assertThat(busy.mine()).as("the first process may be sending it").isEmpty();
        assertThat(busy.gone()).isEmpty();
        assertThat(old.claim(List.of(entry), Map.of(SCOPE, 5L), now).mine())
                .as("its token is smaller")
                .isEmpty();
        assertThat(old.take(Map.of(SCOPE, 6L), now)).isEmpty();
        assertThat(old.keep(List.of(new AlertStore.Change(SCOPE, 6, 5, AlertStateFile.Kept.NOTHING)), List.of(), now))
                .containsExactly(SCOPE);
        old.settle(List.of(new AlertStore.Settled.Done(entry)), now);
        assertThat(next.claim(List.of(entry), Map.of(SCOPE, 7L), now).gone())
                .containsExactly(entry.notification().id());
    }

    @Test
    void withoutAStoreAnotherReplicaCannotBeTold() {
        store.close();
        Share share = new Share();
        Fleet fleet = fleet();
        AlertMonitor monitor = new AlertMonitor(
                fleet,
                () -> SampleAlerts.settings("{}"),
                new CauseAnalysis(List.of()),
                Set.of(),
                _ -> List.of(),
                VERTX,
                () -> false,
                Optional::empty,
                share);
        monitors.add(monitor);
        monitor.start();
        open(fleet);
        await().atMost(PATIENCE).until(() -> !fleet.alerts().isEmpty());

        assertThatThrownBy(() -> monitor.acknowledge(fleet.alerts().getFirst().id(), "ann")
                        .await()
                        .atMost(PATIENCE))
                .hasMessageContaining("another replica");
    }
}
