package dev.pgvigil.state.view;

import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The health check of one target, from its latest heartbeat. */
@Schema(name = "DatabaseStatus")
public record StatusView(
        String databaseName,
        Status status,

        @Schema(description = "true if the server accepted the session")
        Answer connection,

        @Schema(description = "true if the server answered a query")
        Answer queryTest,

        @Nullable @Schema(description = "response time in milliseconds; null: no response")
        Double responseTimeMs,

        @Nullable @Schema(description = "null: not observed, or the database has no history of migrations")
        MigrationStatus migrationStatus,

        @Nullable @Schema(description = "time when the heartbeat ended; null: no heartbeat yet")
        Instant timestamp,

        @Nullable @Schema(description = "age of the heartbeat in milliseconds")
        Long ageMs,

        @Nullable @Schema(description = "error message; null: no error")
        String error) {

    /** The result of one step. */
    @Schema(name = "Step")
    public enum Answer {
        OK,
        FAILED,
        UNKNOWN
    }

    /** The migration state of a schema. */
    @Schema(name = "MigrationStatus")
    public record MigrationStatus(
            @Nullable @Schema(description = "null: unknown, or no migration has been applied")
            String currentVersion,

            @Nullable @Schema(description = "null: unknown, for example because the expected versions are not known")
            Integer pendingMigrations) {

        static @Nullable MigrationStatus of(@Nullable Outcome<?> outcome) {
            return outcome instanceof Outcome.Observed<?>(var at, var took, MigrationProgress progress)
                            && progress.hasHistory()
                    ? new MigrationStatus(progress.currentVersion(), progress.pendingMigrations())
                    : null;
        }
    }

    /** The health check of a target at that time. */
    public static StatusView of(TargetState target, PointInTimeView view) {
        Outcome<?> beat = view.stale(target) ? null : view.beat(target);
        Long age = view.ageMs(target);
        Outcome<?> latest = view.beat(target);
        return new StatusView(
                target.target().name(),
                view.status(target),
                connection(beat),
                question(beat),
                view.stale(target) ? null : view.beatMs(target),
                view.stale(target) ? null : MigrationStatus.of(view.outcome(target, MigrationProgress.CHECK)),
                latest == null ? null : latest.at(),
                age,
                error(beat, age));
    }

    private static Answer connection(@Nullable Outcome<?> beat) {
        return switch (beat) {
            case Outcome.Observed<?> answered -> Answer.OK;
            case Outcome.Failed<?> failed ->
                switch (failed.failure().reason()) {
                    case CONNECT, CAPACITY, AUTH, TLS -> Answer.FAILED;
                    case PERMISSION, UNSUPPORTED, QUERY -> Answer.OK;
                    // A timeout does not tell which step was too slow, and a local failure says nothing about the
                    // server.
                    case TIMEOUT, LOCAL -> Answer.UNKNOWN;
                };
            case Outcome.Skipped<?> skipped -> Answer.UNKNOWN;
            case null -> Answer.UNKNOWN;
        };
    }

    private static Answer question(@Nullable Outcome<?> beat) {
        return switch (beat) {
            case Outcome.Observed<?> answered -> Answer.OK;
            case Outcome.Failed<?> failed ->
                failed.failure().reason() == Failure.Reason.LOCAL ? Answer.UNKNOWN : Answer.FAILED;
            case Outcome.Skipped<?> skipped -> Answer.UNKNOWN;
            case null -> Answer.UNKNOWN;
        };
    }

    private static @Nullable String error(@Nullable Outcome<?> beat, @Nullable Long age) {
        return switch (beat) {
            case Outcome.Observed<?> answered -> null;
            case Outcome.Failed<?> failed ->
                failed.failure().reason().name().toLowerCase(Locale.ROOT) + ": "
                        + failed.failure().message();
            case Outcome.Skipped<?> skipped -> "skipped: " + skipped.reason();
            case null -> age == null ? "not checked yet" : "the latest heartbeat is " + age + " ms old";
        };
    }
}
