package dev.pgvigil.check.host;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PanelTable;
import dev.pgvigil.check.Tab;
import dev.pgvigil.check.TablePanel;
import dev.pgvigil.check.host.HostState.Filesystem;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** Shows processors, memory and network of a host in a sentence, and its disks. */
@Singleton
final class HostPanel extends TablePanel<HostState> {

    HostPanel() {
        super(Tab.HOST, "host", "Host", Host.NAME, HostState.class);
    }

    @Override
    protected PanelTable table(HostState seen) {
        if (seen.unreachable() != null) {
            return PanelTable.of("The node_exporter of the host does not answer: " + seen.unreachable() + ".");
        }
        PanelTable table = PanelTable.of(
                summary(seen),
                "Disks of the host, that with the data directory first",
                "Disk",
                "#Size",
                "#Free",
                "#Used",
                "#Inodes");
        for (Filesystem one : seen.filesystems()) {
            table = table.row(
                    one.mountpoint(),
                    HumanFormat.list(one.device(), one.type(), one.holdsData() ? "data directory" : ""),
                    HumanFormat.bytes(one.sizeBytes()),
                    HumanFormat.bytes(one.availableBytes()),
                    HumanFormat.percent(one.usedRatio()),
                    HumanFormat.percent(one.inodesRatio()));
        }
        return table;
    }

    private static String summary(HostState seen) {
        return "Processors %s of %s in use, %s wait for disks, load %s. Memory %s of %s available. Network %s/s in, %s/s out. Busiest disk %s."
                .formatted(
                        percent(seen.cpuRatio()),
                        seen.cpus() == null ? HumanFormat.UNKNOWN : seen.cpus(),
                        percent(seen.iowaitRatio()),
                        seen.load1() == null ? HumanFormat.UNKNOWN : HumanFormat.number(seen.load1()),
                        bytes(seen.memoryAvailableBytes()),
                        bytes(seen.memoryBytes()),
                        bytes(seen.networkReceiveBytesPerSecond()),
                        bytes(seen.networkTransmitBytesPerSecond()),
                        percent(seen.diskBusyRatio()));
    }

    private static String percent(@Nullable Double ratio) {
        return ratio == null ? HumanFormat.UNKNOWN : HumanFormat.percent(ratio);
    }

    private static String bytes(@Nullable Double bytes) {
        return bytes == null ? HumanFormat.UNKNOWN : HumanFormat.bytes(bytes);
    }
}
