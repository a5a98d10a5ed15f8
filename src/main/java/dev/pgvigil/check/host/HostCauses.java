package dev.pgvigil.check.host;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import jakarta.inject.Singleton;
import java.util.List;

/** What fills the disk of a host, and what follows when its resources are short. */
@Singleton
final class HostCauses implements CauseRules {

    private static final String FULL = "host/disk-full";

    @Override
    public List<CauseRule> rules() {
        return List.of(
                CauseRule.of("slots/retained", FULL, "the slot keeps WAL that fills the disk"),
                CauseRule.of("archiver/failing", FULL, "WAL that cannot be archived is kept and fills the disk"),
                CauseRule.of("temp-files/*", FULL, "temporary files fill the disk"),
                CauseRule.of("sizes/growth", FULL, "the database fills the disk"),
                CauseRule.of(FULL, "forecast/disk", "the disk is nearly full already"),
                CauseRule.of(FULL, "canary/write-failed", "nothing can be written to a full disk"),
                CauseRule.of("host/disk-read-only", "canary/write-failed", "nothing can be written to the disk"),
                CauseRule.of("host/memory", "host/oom-kill", "the kernel ends processes when no memory is left"),
                CauseRule.of("host/oom-kill", "lifecycle/*", "the server restarts when one of its processes is killed"),
                CauseRule.of("host/cpu", "heartbeat/slow", "statements wait for a processor"));
    }
}
