package dev.pgvigil.telemetry;

import dev.pgvigil.backup.BackupMonitor;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.state.Snapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Consumer;

/** The repositories of backups. */
@Singleton
final class BackupSeries implements SeriesSource {

    private final Consumer<MetricSink> backups;

    @Inject
    BackupSeries(BackupMonitor backups) {
        this(backups::export);
    }

    BackupSeries(Consumer<MetricSink> backups) {
        this.backups = backups;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        backups.accept(builder.under(Labels.NONE));
    }
}
