package dev.pgvigil.check.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing.Resource;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.host.HostState.Filesystem;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.postgres.HostEndpoint;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.ClosedPort;
import dev.pgvigil.testing.PgServer;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HostTest {

    private static final Host CHECK = new Host();
    private static final double GIB = 1L << 30;

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void findsTheDiskOfTheDataDirectoryAndReportsItFullUntilThereIsRoom(int major) throws InterruptedException {
        PgServer server = PgServer.shared(major);
        String mount = String.valueOf(server.data().getParent());
        try (NodeExporterServer exporter = new NodeExporterServer();
                Collecting asking = host(server, exporter.address(), null)) {
            exporter.serves(NodeExporterServer.text(1000, mount, 0.5));
            HostState first = asking.collect(CHECK);
            assertThat(first.unreachable()).isNull();
            assertThat(first.data())
                    .hasValueSatisfying(data -> assertThat(data.mountpoint()).isEqualTo(mount));
            assertThat(first.filesystems()).extracting(Filesystem::mountpoint).containsExactly(mount, "/");
            assertThat(first.cpuRatio()).isNull();
            assertThat(first.oomKills()).isZero();
            assertThat(Evaluating.evaluate(CHECK, first, Evaluating.target("shop")))
                    .isEmpty();

            Thread.sleep(1000);
            exporter.serves(NodeExporterServer.text(1001, mount, 0.98).replace("oom_kill 3", "oom_kill 5"));
            HostState second = asking.collect(CHECK);
            assertThat(second.cpus()).isEqualTo(2);
            assertThat(second.cpuRatio()).isCloseTo(0.2857, within(0.001));
            assertThat(second.iowaitRatio()).isCloseTo(0.1428, within(0.001));
            assertThat(second.diskBusyRatio()).isBetween(0.05, 0.1);
            assertThat(second.networkReceiveBytesPerSecond()).isBetween(500.0, 1000.0);
            assertThat(second.oomKills()).isEqualTo(2);
            assertThat(second.quantities()).singleElement().satisfies(disk -> {
                assertThat(disk.resource()).isEqualTo(Resource.DISK);
                assertThat(disk.value()).isCloseTo(0.98e11, within(1e6));
            });
            assertThat(Evaluating.evaluate(CHECK, second, Evaluating.target("shop")))
                    .extracting(Finding::key, Finding::status)
                    .containsExactly(
                            tuple("host/disk-full", Status.UNHEALTHY), tuple("host/oom-kill", Status.DEGRADED));
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, second),
                            "pgvigil_host_disk_available_bytes",
                            "mountpoint",
                            mount,
                            "data",
                            "true"))
                    .isCloseTo(0.02e11, within(1e6));

            exporter.serves(NodeExporterServer.text(1002, mount, 0.5));
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), Evaluating.target("shop")))
                    .extracting(Finding::key)
                    .doesNotContain("host/disk-full");
        }
    }

    @Test
    void reportsFullDiskAlsoWhileServerIsStopped() throws InterruptedException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                NodeExporterServer exporter = new NodeExporterServer()) {
            String mount = String.valueOf(server.data().getParent());
            exporter.serves(NodeExporterServer.text(1000, mount, 0.5));
            Target shop = new Target(
                    "shop",
                    server.server().on(new HostEndpoint(exporter.address(), null)),
                    "postgres",
                    "",
                    ExpectedRole.ANY,
                    Map.of(),
                    Thresholds.DEFAULTS,
                    Map.of(Host.NAME, new CheckSetting(true, Duration.ofMillis(200), List.of(), Map.of())),
                    null);
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), CHECK), shop)) {
                monitoring.awaitStatus("shop", Status.HEALTHY);
                await().until(() -> exporter.requests() > 0);
                server.stop();
                monitoring.awaitStatus("shop", Status.UNHEALTHY);
                assertThat(monitoring.finding("shop", "host/disk-full")).isNull();

                exporter.serves(NodeExporterServer.text(1001, mount, 0.98));
                assertThat(monitoring.awaitFinding("shop", "host/disk-full").status())
                        .isEqualTo(Status.UNHEALTHY);
                int asked = exporter.requests();
                await().until(() -> exporter.requests() > asked + 4);
                assertThat(monitoring.finding("shop", "host/disk-full")).isNotNull();

                exporter.serves(NodeExporterServer.text(1002, mount, 0.5));
                monitoring.awaitNoFinding("shop", "host/disk-full");
                assertThat(monitoring.status("shop")).isEqualTo(Status.UNHEALTHY);
            }
        }
    }

    @Test
    void takesTheConfiguredMountPoint() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (NodeExporterServer exporter = new NodeExporterServer();
                Collecting asking = host(server, exporter.address(), "/mnt/volume")) {
            exporter.serves(NodeExporterServer.text(1000, "/mnt/volume", 0.5));

            assertThat(asking.collect(CHECK).data())
                    .hasValueSatisfying(data -> assertThat(data.mountpoint()).isEqualTo("/mnt/volume"));
        }
    }

    /** Each answer is refused in time, and the next good one is read. */
    @Test
    void refusesHostileAnswers() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (NodeExporterServer exporter = new NodeExporterServer();
                Collecting asking = host(server, exporter.address(), null)) {
            assertThat(asking.collect(CHECK).unreachable()).contains("404");

            exporter.answers(exchange -> {
                exchange.getResponseHeaders()
                        .set(
                                "Location",
                                exporter.address().resolve("/elsewhere").toString());
                exchange.sendResponseHeaders(302, -1);
            });
            int before = exporter.requests();
            assertThat(asking.collect(CHECK).unreachable()).contains("302");
            assertThat(exporter.requests()).isEqualTo(before + 1);

            exporter.serves("<html>" + "x".repeat(100_000));
            assertThat(asking.collect(CHECK).unreachable()).contains("too long");

            exporter.serves("node_load1 <script>\n");
            assertThat(asking.collect(CHECK).unreachable()).contains("line 1").doesNotContain("script");

            exporter.serves("# a comment\n".repeat(500_000));
            assertThat(asking.collect(CHECK).unreachable()).contains("longer than 4 MiB");

            exporter.answers(exchange -> {
                exchange.sendResponseHeaders(200, 0);
                OutputStream out = exchange.getResponseBody();
                for (int i = 0; i < 200; i++) {
                    out.write("node_load1 1\n".getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    try {
                        Thread.sleep(100);
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            long begin = System.nanoTime();
            assertThat(asking.collect(CHECK).unreachable()).contains("no answer within 5 s");
            assertThat((System.nanoTime() - begin) / 1e9).isBetween(4.5, 8.0);

            exporter.serves(NodeExporterServer.text(1000, "/", 0.5));
            assertThat(asking.collect(CHECK).unreachable()).isNull();
        }
    }

    @Test
    void saysWhyNothingAnswers() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (ClosedPort closed = ClosedPort.start();
                Collecting asking = host(server, URI.create("http://127.0.0.1:" + closed.port() + "/metrics"), null)) {
            HostState seen = asking.collect(CHECK);
            Finding found = Evaluating.one(CHECK, seen, Evaluating.target("shop"));
            assertThat(found.key()).isEqualTo("host/unreachable");
            assertThat(found.observed()).isEqualTo("no connection");
            assertThat(RecordedMetrics.value(RecordedMetrics.of(CHECK, seen), "pgvigil_host_up"))
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 10.1, ",
        "100, 10, degraded",
        "100, 3.1, degraded",
        "100, 3, unhealthy",
        "10000, 51, ",
        "1000, 49, degraded",
    })
    void judgesTheDataDiskByShareAndFreeSpace(double size, double free, @Nullable String status) {
        List<Finding> found = Evaluating.evaluate(
                CHECK, state(disk(size * GIB, free * GIB, 0.1, false, true)), Evaluating.target("shop"));

        assertThat(found).hasSize(status == null ? 0 : 1);
        assertThat(found).allSatisfy(one -> {
            assertThat(one.key()).isEqualTo("host/disk-full");
            assertThat(one.status().name()).isEqualToIgnoringCase(status);
        });
    }

    @Test
    void advisesOnOtherDisksAndReportsInodesAndReadOnly() {
        assertThat(Evaluating.one(CHECK, state(disk(100 * GIB, GIB, 0.1, false, false)), Evaluating.target("shop")))
                .satisfies(one -> {
                    assertThat(one.key()).isEqualTo("host/other-disk-full");
                    assertThat(one.status()).isEqualTo(Status.HEALTHY);
                });
        assertThat(Evaluating.one(CHECK, state(disk(100 * GIB, 90 * GIB, 0.95, false, true)), Evaluating.target("shop"))
                        .key())
                .isEqualTo("host/inodes");
        assertThat(Evaluating.evaluate(
                        CHECK, state(disk(100 * GIB, 90 * GIB, 0.949, false, true)), Evaluating.target("shop")))
                .isEmpty();
        assertThat(Evaluating.one(CHECK, state(disk(100 * GIB, 90 * GIB, 0.1, true, true)), Evaluating.target("shop"))
                        .key())
                .isEqualTo("host/disk-read-only");
        assertThat(Evaluating.evaluate(CHECK, state(disk(100 * GIB, GIB, 0.1, true, false)), Evaluating.target("shop")))
                .as("an image that is read-only is full by nature")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.95, 4, 0.5, 300, host/cpu",
        "0.949, 9, 0.5, 300, ",
        "0.99, 3.9, 0.5, 300, ",
        "0.99, 9, 0.5, 200, ",
        "0.1, 1, 0.05, 300, ",
        "0.1, 1, 0.049, 300, host/memory",
    })
    void judgesProcessorsAndMemory(double cpu, double load, double available, double seconds, @Nullable String key) {
        HostState now = new HostState(
                true,
                null,
                2,
                load,
                seconds,
                cpu,
                0.0,
                0.0,
                16 * GIB,
                available * 16 * GIB,
                0.0,
                0.0,
                0,
                0.1,
                0.0,
                0.0,
                List.of());

        assertThat(Evaluating.evaluate(CHECK, now, Evaluating.target("shop", Map.of())))
                .extracting(Finding::key)
                .containsExactlyElementsOf(key == null ? List.of() : List.of(key));
    }

    private static Filesystem disk(double size, double free, double inodes, boolean readOnly, boolean data) {
        return new Filesystem("/data", "/dev/sda", "xfs", size, free, 1000.0, 1000 * (1 - inodes), readOnly, data);
    }

    private static HostState state(Filesystem disk) {
        return new HostState(
                true, null, 2, 0.1, 300, 0.1, 0.0, 0.0, 16 * GIB, 8 * GIB, 0.0, 0.0, 0, 0.1, 0.0, 0.0, List.of(disk));
    }

    private static Collecting host(PgServer server, URI address, @Nullable String mount) {
        return Collecting.of(server.server().on(new HostEndpoint(address, mount)), server.newDatabase("shop"));
    }
}
