package dev.pgvigil.check.host;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Growing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resources of a host. What its node_exporter does not say is null.
 *
 * @param configured whether a node_exporter is configured
 * @param unreachable why it says nothing; null: it answers
 * @param cpuSeconds the time over which the processors' use is measured, at most five minutes
 * @param cpuRatio their time that is neither idle nor waits for a disk, over all their time
 * @param oomKills processes that the kernel killed in the last 15 minutes because memory was short
 * @param diskBusyRatio share of the time in which the busiest disk had requests
 * @param filesystems that with the data directory first, then the fullest first; at most 20
 */
public record HostState(
        boolean configured,
        @Nullable String unreachable,
        @Nullable Integer cpus,
        @Nullable Double load1,
        double cpuSeconds,
        @Nullable Double cpuRatio,
        @Nullable Double iowaitRatio,
        @Nullable Double stealRatio,
        @Nullable Double memoryBytes,
        @Nullable Double memoryAvailableBytes,
        @Nullable Double swapBytes,
        @Nullable Double swapFreeBytes,
        @Nullable Integer oomKills,
        @Nullable Double diskBusyRatio,
        @Nullable Double networkReceiveBytesPerSecond,
        @Nullable Double networkTransmitBytesPerSecond,
        List<Filesystem> filesystems)
        implements Growing {

    /**
     * A mounted file system.
     *
     * @param availableBytes for users other than root
     * @param inodes null: it has no limit
     * @param holdsData whether the data directory is there
     */
    public record Filesystem(
            String mountpoint,
            String device,
            String type,
            double sizeBytes,
            double availableBytes,
            @Nullable Double inodes,
            @Nullable Double inodesFree,
            boolean readOnly,
            boolean holdsData) {

        double usedRatio() {
            return sizeBytes <= 0 ? 0 : 1 - availableBytes / sizeBytes;
        }

        double inodesRatio() {
            return inodes == null || inodesFree == null || inodes <= 0 ? 0 : 1 - inodesFree / inodes;
        }

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "mountpoint", mountpoint,
                    "device", device,
                    "size_bytes", sizeBytes,
                    "available_bytes", availableBytes,
                    "holds_data", holdsData);
        }
    }

    public HostState {
        filesystems = List.copyOf(filesystems);
    }

    static HostState silent(boolean configured, @Nullable String why) {
        return new HostState(
                configured,
                why,
                null,
                null,
                0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    Optional<Filesystem> data() {
        return filesystems.stream().filter(Filesystem::holdsData).findFirst();
    }

    @Override
    public List<Quantity> quantities() {
        return filesystems.stream()
                .filter(one -> one.holdsData || data().isEmpty())
                .map(one -> new Quantity(
                        Resource.DISK, one.mountpoint, null, one.sizeBytes - one.availableBytes, one.sizeBytes, 0))
                .toList();
    }
}
