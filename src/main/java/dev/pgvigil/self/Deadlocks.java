package dev.pgvigil.self;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds deadlocked threads. Only a restart resolves a deadlock. */
final class Deadlocks {

    private static final int NAMED = 10;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** The names of at most 10 deadlocked threads. Pauses all threads briefly. */
    List<String> names() {
        long[] ids = threads.findDeadlockedThreads();
        return ids == null
                ? List.of()
                : Stream.of(threads.getThreadInfo(ids))
                        .filter(Objects::nonNull)
                        .map(ThreadInfo::getThreadName)
                        .limit(NAMED)
                        .toList();
    }
}
