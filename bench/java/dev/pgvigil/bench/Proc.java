package dev.pgvigil.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The kernel's statistics of a process; zero for a process that has ended. */
record Proc(long pid) {

    /** /proc gives times in hundredths of a second. */
    private static final Duration TICK = Duration.ofMillis(10);

    private static final int UTIME = 13;
    private static final int CUTIME = 15;

    /** CPU time of all its threads. */
    Duration cpu() {
        return ticks(UTIME);
    }

    /** CPU time of its children that have ended. */
    Duration endedChildren() {
        return ticks(CUTIME);
    }

    /** CPU time of its first thread, to the nanosecond: the total for a single-threaded process, as in PostgreSQL. */
    Duration firstThread() {
        String[] fields = text("schedstat").split(" ", -1);
        return fields.length < 3 ? Duration.ZERO : Duration.ofNanos(Long.parseLong(fields[0]));
    }

    /** Resident memory in MB of 1,000,000 bytes. */
    double residentMb() {
        return text("status")
                        .lines()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                * 1024
                / 1e6;
    }

    /** Its command line, or the title that it has set. */
    String title() {
        return text("cmdline").replace('\0', ' ').strip();
    }

    List<Proc> children() {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .map(child -> new Proc(child.pid()))
                .toList();
    }

    private Duration ticks(int first) {
        String stat = text("stat");
        if (stat.isEmpty()) {
            return Duration.ZERO;
        }
        // The name may contain spaces; it is the second field and ends at the last parenthesis.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return TICK.multipliedBy(Long.parseLong(fields[first - 2]) + Long.parseLong(fields[first - 1]));
    }

    private String text(String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
