package dev.pgvigil.backup;

import java.util.List;

/**
 * All repositories, for probes.
 *
 * @param failing titles of findings that matter, worst first
 */
public record BackupSummary(int repositories, int backups, List<String> failing) {

    public BackupSummary {
        failing = List.copyOf(failing);
    }
}
