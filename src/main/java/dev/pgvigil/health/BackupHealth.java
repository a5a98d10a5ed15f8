package dev.pgvigil.health;

import dev.pgvigil.backup.BackupMonitor;
import dev.pgvigil.backup.BackupSummary;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/** The group {@code backups}: DOWN while a repository has a finding of severity high or critical, or was not read. From memory. */
@Singleton
final class BackupHealth implements BuiltInGroup {

    static final String GROUP = "backups";

    private final BackupMonitor monitor;

    BackupHealth(BackupMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public String group() {
        return GROUP;
    }

    @Override
    public @Nullable HealthCheckResult evaluate(String check) {
        BackupSummary summary = monitor.summary();
        return summary.repositories() == 0 ? null : of(check, summary);
    }

    static HealthCheckResult of(String check, BackupSummary summary) {
        Data data = new Data()
                .number("repositories", summary.repositories())
                .number("backups", summary.backups())
                .number("unread", summary.unread())
                .number("failing", summary.failing().size())
                .texts("failing", summary.failing());
        return HealthCheckResult.of(check, summary.failing().isEmpty() && summary.unread() == 0, data);
    }
}
