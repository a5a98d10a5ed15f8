package dev.pgvigil.check.host;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.host.HostState.Filesystem;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Findings on a host: cause and action. Pure. */
record HostFindings(Thresholds limits) {

    private static final String EVIDENCE = "in 2 of 3 results";

    /** The load over the number of processors from which they count as saturated. */
    private static final double LOAD = 2;

    List<Finding> all(HostState now) {
        return Stream.of(
                        unreachable(now),
                        disk(now),
                        otherDisk(now),
                        inodes(now),
                        readOnly(now),
                        memory(now),
                        oomKills(now),
                        cpu(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Finding finding(String key, Status status, Severity severity, String title, String observed) {
        return Finding.of(Host.NAME, key, status, severity, title, observed).threshold(EVIDENCE);
    }

    private static Optional<Finding> unreachable(HostState now) {
        return Optional.ofNullable(now.unreachable())
                .map(
                        why -> finding(
                                        "unreachable",
                                        Status.HEALTHY,
                                        Severity.MEDIUM,
                                        "the resources of the host are not known",
                                        why)
                                .cause("The node_exporter is down, not reachable from here, or its address is wrong.")
                                .action("Start node_exporter on the host, or correct host.node_exporter of the target.")
                                .expectedEffect(
                                        "CPU, memory and disk of the host are watched, and a full disk is told before it stops the server."));
    }

    private boolean isFull(Filesystem one) {
        return one.usedRatio() >= limits.of(Host.DISK) && one.availableBytes() < limits.of(Host.DISK_FREE);
    }

    private Optional<Finding> disk(HostState now) {
        return now.data().filter(this::isFull).map(one -> {
            boolean unhealthy = one.usedRatio() >= limits.of(Host.DISK_UNHEALTHY);
            return finding(
                            "disk-full",
                            unhealthy ? Status.UNHEALTHY : Status.DEGRADED,
                            unhealthy ? Severity.CRITICAL : Severity.HIGH,
                            "the disk with the data directory is nearly full",
                            full(one))
                    .threshold("degraded from %s, unhealthy from %s, with less than %s free; %s"
                            .formatted(
                                    HumanFormat.percent(limits.of(Host.DISK)),
                                    HumanFormat.percent(limits.of(Host.DISK_UNHEALTHY)),
                                    HumanFormat.bytes(limits.of(Host.DISK_FREE)),
                                    EVIDENCE))
                    .evidence(List.of(one.row()))
                    .cause(
                            "Data, WAL that a slot or a failing archiver keeps, temporary files or logs fill it. When WAL cannot be "
                                    + "written, the server stops.")
                    .action(
                            "See the checks slots, archiver, temp-files, sizes and forecast. Make room or enlarge the disk; never delete "
                                    + "files in pg_wal.")
                    .sql("select pg_size_pretty(sum(size)) from pg_ls_waldir()");
        });
    }

    private Optional<Finding> otherDisk(HostState now) {
        List<Filesystem> full = now.filesystems().stream()
                .filter(one -> !one.holdsData() && !one.readOnly() && isFull(one))
                .toList();
        return full.stream()
                .findFirst()
                .map(one -> finding(
                                "other-disk-full",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "a disk of the host is nearly full",
                                full(one) + (full.size() == 1 ? "" : "; " + (full.size() - 1) + " more"))
                        .evidence(full.stream()
                                .limit(EvidenceRow.MOST)
                                .map(Filesystem::row)
                                .toList())
                        .cause(
                                "It does not hold the data directory, as far as pgvigil knows; it may hold WAL, tablespaces, logs or archives.")
                        .action("Make room, or set host.data-mount of the target if it is the disk of the database.")
                        .expectedEffect("What writes to this disk goes on: archives, logs, or tablespaces."));
    }

    private static String full(Filesystem one) {
        return "%s: %s of %s in use, %s free"
                .formatted(
                        one.mountpoint(),
                        HumanFormat.percent(one.usedRatio()),
                        HumanFormat.bytes(one.sizeBytes()),
                        HumanFormat.bytes(one.availableBytes()));
    }

    private Optional<Finding> inodes(HostState now) {
        return now.data()
                .filter(one -> one.inodesRatio() >= limits.of(Host.INODES))
                .map(one -> finding(
                                "inodes",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "the disk has nearly no inodes left",
                                one.mountpoint() + ": " + HumanFormat.percent(one.inodesRatio()) + " in use")
                        .cause(
                                "Many small files, as of an archive or of logs. Without an inode no file can be created, as on a full disk.")
                        .action("Remove what is not PostgreSQL's from this disk."));
    }

    private static Optional<Finding> readOnly(HostState now) {
        return now.data()
                .filter(Filesystem::readOnly)
                .map(
                        one -> finding(
                                        "disk-read-only",
                                        Status.UNHEALTHY,
                                        Severity.CRITICAL,
                                        "the disk with the data directory is read-only",
                                        one.mountpoint() + " (" + one.device() + ")")
                                .cause("The kernel mounts a file system read-only after errors of the disk.")
                                .action(
                                        "Look into the kernel's log. Fail over to a standby, and check the disk before it is used again."));
    }

    private Optional<Finding> memory(HostState now) {
        Double all = now.memoryBytes();
        Double available = now.memoryAvailableBytes();
        if (all == null || available == null || all <= 0 || available / all >= limits.of(Host.MEMORY)) {
            return Optional.empty();
        }
        return Optional.of(finding(
                        "memory",
                        Status.DEGRADED,
                        Severity.HIGH,
                        "the host has nearly no memory left",
                        "%s of %s available".formatted(HumanFormat.bytes(available), HumanFormat.bytes(all)))
                .threshold("below " + HumanFormat.percent(limits.of(Host.MEMORY)) + ", " + EVIDENCE)
                .cause(
                        "Sessions use more memory than there is: work_mem times their number, large shared_buffers, or another program. "
                                + "Next the kernel swaps, or kills a process, and PostgreSQL restarts.")
                .action("See the check connections. Lower work_mem or the number of connections.")
                .sql("select name, setting, unit from pg_settings where name in ('shared_buffers', 'work_mem', "
                        + "'maintenance_work_mem', 'max_connections')"));
    }

    private static Optional<Finding> oomKills(HostState now) {
        Integer kills = now.oomKills();
        return kills == null || kills == 0
                ? Optional.empty()
                : Optional.of(finding(
                                "oom-kill",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "the kernel killed processes because memory was short",
                                HumanFormat.count(kills, "process").replace("processs", "processes")
                                        + " in the last 15 min")
                        .cause(
                                "Memory ran out. If it was a process of PostgreSQL, all sessions were ended and the server recovered.")
                        .action(
                                "Look into the kernel's log for the process. Lower work_mem or the number of connections, and set "
                                        + "vm.overcommit_memory = 2."));
    }

    private Optional<Finding> cpu(HostState now) {
        Double busy = now.cpuRatio();
        Double load = now.load1();
        Integer cpus = now.cpus();
        if (busy == null
                || load == null
                || cpus == null
                || now.cpuSeconds() < HostMemory.WINDOW * 0.9
                || busy < limits.of(Host.CPU)
                || load < LOAD * cpus) {
            return Optional.empty();
        }
        return Optional.of(
                finding(
                                "cpu",
                                Status.DEGRADED,
                                Severity.MEDIUM,
                                "the processors of the host are saturated",
                                "%s in use over %s, load %s on %s"
                                        .formatted(
                                                HumanFormat.percent(busy),
                                                HumanFormat.seconds(now.cpuSeconds()),
                                                HumanFormat.number(load),
                                                HumanFormat.count(cpus, "processor")))
                        .threshold("from %s, with a load from %s a processor; %s"
                                .formatted(
                                        HumanFormat.percent(limits.of(Host.CPU)), HumanFormat.number(LOAD), EVIDENCE))
                        .cause(
                                "More sessions work at a time than there are processors, a statement's plan has changed, or another program works.")
                        .action(
                                "See the checks statements and connections for what runs most. A pool with fewer connections is often faster."));
    }
}
