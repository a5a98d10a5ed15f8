package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A discovered database is added and removed without a finding. */
class DiscoveredDatabaseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DATABASES = 12;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop database %s with (force)",
                "revoke connect on database %s from public",
                "alter database %s with allow_connections false",
            })
    void removesTargetWithoutFindingWhenItsDatabaseIsGone(String statement) {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            List<String> names =
                    IntStream.range(0, DATABASES).mapToObj(i -> "tenant_" + i).toList();
            names.forEach(server::createDatabase);
            try (Monitoring monitoring = Monitoring.with(Catalogues.all(), entry(server))) {
                await().atMost(PATIENCE)
                        .until(() -> names.stream().allMatch(name -> healthy(monitoring, "shop:" + name)));
                monitoring.changes().clear();

                names.forEach(name -> server.sql(statement.formatted(name)));

                await().atMost(PATIENCE)
                        .until(() -> monitoring.fleet().snapshot().targets().size() == 1);
                assertThat(monitoring.changes())
                        .filteredOn(DiscoveredDatabaseTest::loud)
                        .isEmpty();
                assertThat(monitoring.changes())
                        .filteredOn(FleetEvent.Removed.class::isInstance)
                        .hasSize(DATABASES);
            }
        }
    }

    /** Like internal databases of cloud providers. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void doesNotDiscoverDatabaseWithoutConnect(int major) {
        try (PgServer server = PgServer.start(major)) {
            server.createDatabase("alloydbmetadata");
            server.createDatabase("tenant_0");
            server.sql("revoke connect on database alloydbmetadata from public");
            try (Monitoring monitoring = Monitoring.with(Catalogues.all(), entry(server))) {
                await().atMost(PATIENCE).until(() -> healthy(monitoring, "shop:tenant_0"));

                assertThat(monitoring.fleet().snapshot().targets()).containsOnlyKeys("shop", "shop:tenant_0");
                assertThat(monitoring
                                .awaitFinding("shop", "databases/inaccessible")
                                .status())
                        .isEqualTo(Status.HEALTHY);
            }
        }
    }

    private static boolean healthy(Monitoring monitoring, String target) {
        return monitoring.fleet().snapshot().targets().containsKey(target)
                && monitoring.status(target) == Status.HEALTHY;
    }

    private static boolean loud(FleetEvent event) {
        return event instanceof FleetEvent.StatusChanged
                || (event instanceof FleetEvent.Opened opened
                        && opened.finding().severity().compareTo(Severity.HIGH) >= 0);
    }

    private static Target entry(PgServer server) {
        return new Target(
                "shop",
                server.server(),
                "postgres",
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of(
                        "databases", new CheckSetting(true, Duration.ofMillis(500)),
                        "capabilities", new CheckSetting(true, Duration.ofMillis(500))),
                new Discovery(List.of("*"), List.of()));
    }
}
