package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.dashboard.FleetOrder.Entry;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.DatabaseSummary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;

class FleetOrderTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void sortsByStatusThenNewestAndHealthyByName() {
        assertOrder(
                FleetOrder.STATUS,
                entry("new-critical", Status.UNHEALTHY, Severity.CRITICAL, 5),
                entry("a-old-critical", Status.UNHEALTHY, Severity.CRITICAL, 50),
                entry("new-high", Status.UNHEALTHY, Severity.HIGH, 1),
                entry("b-degraded", Status.DEGRADED, Severity.CRITICAL, 3),
                entry("c-degraded", Status.DEGRADED, Severity.CRITICAL, 3),
                entry("unknown-new", Status.UNKNOWN, null, 1),
                entry("unknown-long", Status.UNKNOWN, null, 90),
                entry("h1", Status.HEALTHY, Severity.LOW, 60),
                entry("h2", Status.HEALTHY, Severity.MEDIUM, 1),
                entry("h3", Status.HEALTHY, null, 30));
    }

    @Test
    void sortsByColumnThenName() {
        assertOrder(
                FleetOrder.REGION,
                entry("z", "eu", null, null),
                entry("a", "us", null, null),
                entry("b", "us", null, null),
                entry("0", "", null, null));
        assertOrder(
                FleetOrder.ROLE,
                entry("z", "", Role.PRIMARY, null),
                entry("a", "", Role.REPLICA, null),
                entry("0", "", null, null));
        assertOrder(
                FleetOrder.HEARTBEAT,
                entry("unanswered", "", null, null),
                entry("slow", "", null, 900.0),
                entry("a", "", null, 1.0),
                entry("b", "", null, 1.0),
                entry("0-unknown", Status.UNKNOWN, null, 1));
        assertOrder(FleetOrder.NAME, entry("a", Status.HEALTHY, null, 1), entry("b", Status.UNHEALTHY, null, 1));
    }

    private static void assertOrder(FleetOrder order, Entry... expected) {
        for (int seed = 0; seed < 20; seed++) {
            List<Entry> shuffled = new ArrayList<>(List.of(expected));
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.sort(order.comparator());
            assertThat(shuffled)
                    .extracting(entry -> entry.row().name())
                    .containsExactly(List.of(expected).stream()
                            .map(entry -> entry.row().name())
                            .toArray(String[]::new));
        }
    }

    private static Entry entry(String name, Status status, @Nullable Severity severity, int minutes) {
        return entry(name, status, severity, NOON.minusSeconds(60L * minutes), "", null, 1.0);
    }

    private static Entry entry(String name, String region, @Nullable Role role, @Nullable Double heartbeat) {
        return entry(name, Status.HEALTHY, null, NOON, region, role, heartbeat);
    }

    private static Entry entry(
            String name,
            Status status,
            @Nullable Severity severity,
            Instant since,
            String region,
            @Nullable Role role,
            @Nullable Double heartbeat) {
        List<Finding> findings =
                severity == null ? List.of() : List.of(Finding.of("any", "any", status, severity, "any", "any"));
        return new Entry(
                new TargetState(SceneTargets.named(name), status, since, findings, HashTreePMap.empty()),
                new DatabaseSummary(
                        name, status, since, 1L, heartbeat, role, "18", "host:5432", "app", region, Map.of(), 0, null));
    }
}
