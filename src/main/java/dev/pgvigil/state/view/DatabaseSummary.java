package dev.pgvigil.state.view;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** One target as a row. */
@Schema(name = "DatabaseRow")
public record DatabaseSummary(
        String name,
        Status status,

        @Schema(description = "time when the status last changed")
        Instant since,

        @Nullable
        @Schema(
                description =
                        "age in milliseconds of the latest heartbeat, successful or failed; null: no heartbeat yet")
        Long ageMs,

        @Nullable @Schema(description = "duration of the latest heartbeat in milliseconds; null: it failed")
        Double heartbeatMs,

        @Nullable @Schema(description = "role of the server; null: not known yet")
        Role role,

        @Nullable String version,

        @Schema(description = "host:port") String server,

        String database,

        @Schema(description = "empty if none is configured") String region,

        Map<String, String> tags,
        int findings,

        @Nullable @Schema(description = "observed value of the worst finding")
        String worst) {

    /** The row of a target. */
    public static DatabaseSummary of(TargetState state, PointInTimeView view) {
        Target target = state.target();
        ServerFacts facts = view.server(state).facts();
        Finding worst = state.findings().isEmpty() ? null : state.findings().getFirst();
        return new DatabaseSummary(
                target.name(),
                view.status(state),
                view.since(state),
                view.ageMs(state),
                view.beatMs(state),
                facts == null ? null : facts.role(),
                facts == null ? null : facts.version(),
                target.server().id(),
                target.database(),
                target.region(),
                target.tags(),
                state.findings().size(),
                worst == null ? null : worst.title() + ": " + worst.observed());
    }
}
