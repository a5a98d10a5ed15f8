package dev.pgvigil.check.host;

import dev.pgvigil.check.host.HostMetrics.Sample;
import dev.pgvigil.check.host.HostState.Filesystem;
import dev.pgvigil.postgres.CheckMemory;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The readings of one host's counters in the last five minutes, and the client for its node_exporter. A counter that fell, as after a
 * restart of the host, begins anew.
 */
final class HostMemory implements CheckMemory.Releasable, CheckMemory.Lasting {

    static final double WINDOW = 300;
    static final double OOM_WINDOW = 900;

    private static final int MOST_DEVICES = 16;
    private static final int MOST_READINGS = 64;
    private static final int MOST_FILESYSTEMS = 20;

    /** Not on a disk, or full by nature. */
    private static final Set<String> NO_DISKS = Set.of(
            "tmpfs",
            "devtmpfs",
            "ramfs",
            "squashfs",
            "iso9660",
            "udf",
            "erofs",
            "efivarfs",
            "autofs",
            "nsfs",
            "fuse.lxcfs",
            "rootfs",
            "cramfs");

    private record Reading(
            double at,
            double total,
            double idle,
            double iowait,
            double steal,
            double received,
            double sent,
            Map<String, Double> ioTime) {}

    private record OomKills(double at, double more) {}

    private final NodeExporter exporter;
    private final Deque<Reading> readings = new ArrayDeque<>();
    private final Deque<OomKills> kills = new ArrayDeque<>();
    private double killed = Double.NaN;
    private Optional<String> dataDirectory = Optional.empty();

    HostMemory(Vertx vertx) {
        this.exporter = new NodeExporter(vertx);
    }

    /** The data directory, if the server told it when it last answered. */
    Optional<String> dataDirectory() {
        return dataDirectory;
    }

    Optional<String> dataDirectory(Optional<String> told) {
        dataDirectory = told;
        return told;
    }

    NodeExporter exporter() {
        return exporter;
    }

    /**
     * The state of the host.
     *
     * @param now in seconds
     * @param dataDirectory null: not known
     * @param dataMount null: not configured
     */
    HostState state(HostMetrics metrics, double now, @Nullable String dataDirectory, @Nullable String dataMount) {
        Reading last = reading(metrics, now);
        if (!readings.isEmpty() && (last.total < readings.getLast().total || last.at <= readings.getLast().at)) {
            readings.clear();
        }
        readings.addLast(last);
        while (readings.size() > MOST_READINGS || readings.getFirst().at < now - WINDOW) {
            readings.removeFirst();
        }
        Reading first = readings.getFirst();
        double seconds = last.at - first.at;
        double total = last.total - first.total;
        return new HostState(
                true,
                null,
                cpus(metrics),
                known(metrics.sum("node_load1")),
                seconds,
                ratio(total - (last.idle - first.idle) - (last.iowait - first.iowait), total),
                ratio(last.iowait - first.iowait, total),
                ratio(last.steal - first.steal, total),
                known(metrics.sum("node_memory_MemTotal_bytes")),
                known(metrics.sum("node_memory_MemAvailable_bytes")),
                known(metrics.sum("node_memory_SwapTotal_bytes")),
                known(metrics.sum("node_memory_SwapFree_bytes")),
                oomKills(metrics, now),
                busiest(first, last, seconds),
                seconds <= 0 ? null : known((last.received - first.received) / seconds),
                seconds <= 0 ? null : known((last.sent - first.sent) / seconds),
                filesystems(metrics, dataDirectory, dataMount));
    }

    private static Reading reading(HostMetrics metrics, double now) {
        Map<String, Double> modes = new HashMap<>();
        metrics.of("node_cpu_seconds_total").forEach(one -> modes.merge(one.label("mode"), one.value(), Double::sum));
        Map<String, Double> ioTime = new HashMap<>();
        metrics.of("node_disk_io_time_seconds_total").stream()
                .limit(MOST_DEVICES)
                .forEach(one -> ioTime.put(one.label("device"), one.value()));
        return new Reading(
                now,
                modes.values().stream().mapToDouble(Double::doubleValue).sum(),
                modes.getOrDefault("idle", 0.0),
                modes.getOrDefault("iowait", 0.0),
                modes.getOrDefault("steal", 0.0),
                network(metrics.of("node_network_receive_bytes_total")),
                network(metrics.of("node_network_transmit_bytes_total")),
                Map.copyOf(ioTime));
    }

    /** Without the loopback device. */
    private static double network(List<Sample> samples) {
        return samples.isEmpty()
                ? Double.NaN
                : samples.stream()
                        .filter(one -> !one.label("device").equals("lo"))
                        .mapToDouble(Sample::value)
                        .sum();
    }

    private static @Nullable Integer cpus(HostMetrics metrics) {
        int cpus = (int) metrics.of("node_cpu_seconds_total").stream()
                .map(one -> one.label("cpu"))
                .distinct()
                .count();
        return cpus == 0 ? null : cpus;
    }

    private static @Nullable Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static @Nullable Double ratio(double part, double total) {
        return total <= 0 ? null : known(Math.clamp(part / total, 0, 1));
    }

    private static @Nullable Double busiest(Reading first, Reading last, double seconds) {
        if (seconds <= 0 || last.ioTime.isEmpty()) {
            return null;
        }
        return last.ioTime.entrySet().stream()
                .mapToDouble(one -> one.getValue() - first.ioTime.getOrDefault(one.getKey(), one.getValue()))
                .map(busy -> Math.clamp(busy / seconds, 0, 1))
                .max()
                .orElse(0);
    }

    private @Nullable Integer oomKills(HostMetrics metrics, double now) {
        double count = metrics.sum("node_vmstat_oom_kill");
        if (Double.isNaN(count)) {
            return null;
        }
        if (count > killed) {
            kills.addLast(new OomKills(now, count - killed));
        }
        killed = count;
        while (!kills.isEmpty() && (kills.getFirst().at < now - OOM_WINDOW || kills.size() > MOST_READINGS)) {
            kills.removeFirst();
        }
        return (int) kills.stream().mapToDouble(OomKills::more).sum();
    }

    private static List<Filesystem> filesystems(
            HostMetrics metrics, @Nullable String dataDirectory, @Nullable String dataMount) {
        Map<String, Sample> sizes = byMount(metrics, "node_filesystem_size_bytes");
        Map<String, Sample> available = byMount(metrics, "node_filesystem_avail_bytes");
        Map<String, Sample> inodes = byMount(metrics, "node_filesystem_files");
        Map<String, Sample> free = byMount(metrics, "node_filesystem_files_free");
        Map<String, Sample> readOnly = byMount(metrics, "node_filesystem_readonly");
        List<String> disks = sizes.entrySet().stream()
                .filter(one -> one.getValue().value() > 0 && available.containsKey(one.getKey()))
                .filter(one -> !NO_DISKS.contains(one.getValue().label("fstype")))
                .map(Map.Entry::getKey)
                .toList();
        String data = dataMount(disks, dataDirectory, dataMount);
        return disks.stream()
                .map(mount -> {
                    Sample size = sizes.getOrDefault(mount, new Sample(Map.of(), 0));
                    return new Filesystem(
                            mount,
                            size.label("device"),
                            size.label("fstype"),
                            size.value(),
                            value(available, mount, 0),
                            inodes.containsKey(mount) ? value(inodes, mount, 0) : null,
                            free.containsKey(mount) ? value(free, mount, 0) : null,
                            value(readOnly, mount, 0) == 1,
                            mount.equals(data));
                })
                .sorted(Comparator.comparing(Filesystem::holdsData)
                        .thenComparingDouble(Filesystem::usedRatio)
                        .reversed()
                        .thenComparing(Filesystem::mountpoint))
                .limit(MOST_FILESYSTEMS)
                .toList();
    }

    private static Map<String, Sample> byMount(HostMetrics metrics, String name) {
        Map<String, Sample> samples = new LinkedHashMap<>();
        metrics.of(name).forEach(one -> samples.put(one.label("mountpoint"), one));
        return samples;
    }

    private static double value(Map<String, Sample> samples, String mount, double fallback) {
        Sample sample = samples.get(mount);
        return sample == null ? fallback : sample.value();
    }

    /** The configured mount point, or else the innermost one above the data directory. */
    private static @Nullable String dataMount(
            List<String> disks, @Nullable String dataDirectory, @Nullable String dataMount) {
        if (dataMount != null) {
            return dataMount;
        }
        return dataDirectory == null
                ? null
                : disks.stream()
                        .filter(mount -> mount.equals("/")
                                || dataDirectory.equals(mount)
                                || dataDirectory.startsWith(mount + "/"))
                        .max(Comparator.comparingInt(String::length))
                        .orElse(null);
    }

    @Override
    public void release() {
        exporter.close();
    }
}
