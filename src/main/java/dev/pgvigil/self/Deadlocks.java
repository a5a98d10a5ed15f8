package dev.pgvigil.self;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds threads that wait for each other for ever: nothing but a restart helps them. */
final class Deadlocks {

    private static final int NAMED = 10;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** Names of deadlocked threads, 10 at most. Stops all threads for a moment. */
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
