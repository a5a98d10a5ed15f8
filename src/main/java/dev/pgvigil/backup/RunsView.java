package dev.pgvigil.backup;

import dev.pgvigil.backup.verify.Progress;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The latest verifications, newest first. */
@Schema(name = "BackupRuns")
record RunsView(List<RunView> runs) {

    /**
     * A verification.
     *
     * @param state {@code waiting}, {@code running}, {@code done}, {@code failed} or {@code cancelled}
     * @param phase what is being done
     * @param expectedBytes of the phase; null: not known
     */
    @Schema(name = "BackupRun")
    record RunView(
            long id,
            String repository,
            @Nullable String backup,
            String state,
            Instant requestedAt,
            @Nullable Instant endedAt,
            String phase,
            long bytes,
            @Nullable Long expectedBytes,
            String message) {

        static RunView of(VerificationJob run) {
            Progress progress = run.progress();
            return new RunView(
                    run.id(),
                    run.repository(),
                    run.backup(),
                    BackupsView.lower(run.state()),
                    run.requestedAt(),
                    run.endedAt(),
                    progress.phase(),
                    progress.bytes(),
                    progress.expected() == 0 ? null : progress.expected(),
                    run.message());
        }
    }

    static RunsView of(List<VerificationJob> runs) {
        return new RunsView(runs.stream().map(RunView::of).toList());
    }
}
