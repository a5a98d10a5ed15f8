package dev.pgvigil.check.host;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.host.HostState.Filesystem;
import dev.pgvigil.check.host.NodeExporter.Unusable;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.HostEndpoint;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Processors, memory, disks and network of a server's host, from its node_exporter. */
@Singleton
public final class Host implements Check<HostState> {

    public static final String NAME = "host";

    static final Threshold DISK = Threshold.ratio(
            NAME, "disk", 0.9, "Share of the disk with the data directory in use from which the target is degraded");
    static final Threshold DISK_UNHEALTHY =
            Threshold.ratio(NAME, "disk-unhealthy", 0.97, "The same, from which it is unhealthy");
    static final Threshold DISK_FREE = Threshold.bytes(
            NAME, "disk-free", 50L << 30, "Free space from which on a disk is no finding, whatever its share in use");
    static final Threshold INODES =
            Threshold.ratio(NAME, "inodes", 0.95, "Share of the inodes in use from which the target is degraded");
    static final Threshold MEMORY = Threshold.ratio(
            NAME, "memory-available", 0.05, "Share of the memory available below which the target is degraded");
    static final Threshold CPU = Threshold.ratio(
            NAME,
            "cpu",
            0.95,
            "Use of the processors over 5 minutes from which, with a load of twice their number, the target is degraded");

    private static final int MOST_SERIES = 10;

    /** Superusers and pg_read_all_settings see it. */
    private static final String DATA_DIRECTORY =
            "select s.setting from pg_catalog.pg_show_all_settings() s where s.name = 'data_directory'";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.HOST;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(15)).with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DISK, DISK_UNHEALTHY, DISK_FREE, INODES, MEMORY, CPU);
    }

    @Override
    public boolean concerns(Target target) {
        return target.server().resources() != null;
    }

    @Override
    public Uni<HostState> collect(Session session) {
        HostEndpoint host = session.host();
        return host == null
                ? Uni.createFrom().item(HostState.silent(false, null))
                : dataDirectory(session).flatMap(found -> scrape(memory(session), host, found));
    }

    private static HostMemory memory(Session session) {
        return session.memory(
                budget -> new HostMemory(Objects.requireNonNull(Vertx.currentContext(), "not on an event loop")
                        .owner()));
    }

    /** While the server does not answer, as it was when it last did. */
    private static Uni<Optional<String>> dataDirectory(Session session) {
        HostMemory memory = memory(session);
        return session.rows(DATA_DIRECTORY, row -> String.valueOf(row.getString(0)))
                .map(found -> memory.dataDirectory(found.stream().findFirst()))
                .onFailure(Host::isUnanswered)
                .recoverWithItem(thrown -> memory.dataDirectory());
    }

    private static boolean isUnanswered(Throwable thrown) {
        return thrown instanceof FailureException known
                && (known.failure().reason().keepsOut()
                        || known.failure().reason() == Failure.Reason.TIMEOUT
                        || known.failure().reason() == Failure.Reason.LOCAL);
    }

    private static Uni<HostState> scrape(HostMemory memory, HostEndpoint host, Optional<String> dataDirectory) {
        return memory.exporter()
                .scrape(host.nodeExporter())
                .map(metrics ->
                        memory.state(metrics, System.nanoTime() / 1e9, dataDirectory.orElse(null), host.dataMount()))
                .onFailure(Unusable.class)
                .recoverWithItem(thrown -> HostState.silent(true, thrown.getMessage()));
    }

    @Override
    public List<Finding> evaluate(HostState now, Previous<HostState> previous, Target target) {
        return new HostFindings(target.thresholds()).all(now);
    }

    @Override
    public void export(HostState now, MetricSink sink) {
        if (!now.configured()) {
            return;
        }
        sink.gauge("pgvigil_host_up", "1 if the node_exporter of the host answers.", now.unreachable() == null ? 1 : 0);
        gauge(sink, "pgvigil_host_cpus", "Processors of the host.", now.cpus() == null ? null : (double) now.cpus());
        gauge(sink, "pgvigil_host_load1", "Load of the host in the last minute.", now.load1());
        gauge(
                sink,
                "pgvigil_host_cpu_ratio",
                "Time of the processors that is neither idle nor waits for a disk, over 5 minutes.",
                now.cpuRatio());
        gauge(
                sink,
                "pgvigil_host_iowait_ratio",
                "Time in which processors wait for a disk, over 5 minutes.",
                now.iowaitRatio());
        gauge(sink, "pgvigil_host_memory_bytes", "Memory of the host.", now.memoryBytes());
        gauge(
                sink,
                "pgvigil_host_memory_available_bytes",
                "Memory that is free or can be freed at once.",
                now.memoryAvailableBytes());
        gauge(
                sink,
                "pgvigil_host_oom_kills",
                "Processes that the kernel killed in the last 15 minutes because memory was short.",
                now.oomKills() == null ? null : (double) now.oomKills());
        gauge(
                sink,
                "pgvigil_host_disk_busy_ratio",
                "Share of the last 5 minutes in which the busiest disk had requests.",
                now.diskBusyRatio());
        gauge(
                sink,
                "pgvigil_host_network_receive_bytes_per_second",
                "Bytes received a second, over 5 minutes.",
                now.networkReceiveBytesPerSecond());
        gauge(
                sink,
                "pgvigil_host_network_transmit_bytes_per_second",
                "Bytes sent a second, over 5 minutes.",
                now.networkTransmitBytesPerSecond());
        now.filesystems().stream().limit(MOST_SERIES).forEach(one -> export(one, sink));
    }

    private static void gauge(MetricSink sink, String name, String help, @Nullable Double value) {
        if (value != null) {
            sink.gauge(name, help, value);
        }
    }

    private static void export(Filesystem one, MetricSink sink) {
        String[] labels = {"mountpoint", one.mountpoint(), "data", String.valueOf(one.holdsData())};
        sink.gauge("pgvigil_host_disk_bytes", "Size of the file system.", one.sizeBytes(), labels);
        sink.gauge(
                "pgvigil_host_disk_available_bytes",
                "Free space of the file system, for users other than root.",
                one.availableBytes(),
                labels);
        sink.gauge("pgvigil_host_inodes_used_ratio", "Share of the inodes in use.", one.inodesRatio(), labels);
        sink.gauge("pgvigil_host_disk_read_only", "1 if it is mounted read-only.", one.readOnly() ? 1 : 0, labels);
    }
}
