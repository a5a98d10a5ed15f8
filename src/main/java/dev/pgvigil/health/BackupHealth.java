package dev.pgvigil.health;

import dev.pgvigil.backup.BackupMonitor;
import dev.pgvigil.backup.BackupSummary;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** The group {@code backups}: DOWN while any repository has a finding of severity high or critical. From memory. */
@Singleton
final class BackupHealth {

    /** Its name; no configured group can have it. */
    static final String GROUP = "backups";

    private static final int NAMED = 10;

    private final BackupMonitor monitor;

    BackupHealth(BackupMonitor monitor) {
        this.monitor = monitor;
    }

    /** The group; null: no repository is configured. */
    @Nullable
    HealthCheckResult evaluate(String check) {
        BackupSummary summary = monitor.summary();
        return summary.repositories() == 0 ? null : of(check, summary);
    }

    static HealthCheckResult of(String check, BackupSummary summary) {
        Data data = new Data()
                .number("repositories", summary.repositories())
                .number("backups", summary.backups())
                .number("failing", summary.failing().size());
        for (int i = 0; i < Math.min(NAMED, summary.failing().size()); i++) {
            data.text("failing." + (i + 1), summary.failing().get(i));
        }
        return HealthCheckResult.of(check, summary.failing().isEmpty(), data);
    }
}
