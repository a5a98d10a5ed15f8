package dev.pgvigil.backup;

import java.util.List;

/**
 * All repositories, for probes.
 *
 * @param unread repositories that were not listed yet, or not for too long: nothing is known of them
 * @param failing titles of findings that matter, worst first
 */
public record BackupSummary(int repositories, int backups, int unread, List<String> failing) {

    public BackupSummary {
        failing = List.copyOf(failing);
    }
}
