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

        @Schema(description = "since when it has this status")
        Instant since,

        @Nullable @Schema(description = "age of the latest heartbeat, answered or failed; null: never asked")
        Long ageMs,

        @Nullable @Schema(description = "how long the latest heartbeat took; null: it was not answered")
        Double heartbeatMs,

        @Nullable @Schema(description = "what the server was found to be; null: not known yet")
        Role role,

        @Nullable String version,

        @Schema(description = "host:port") String server,

        String database,

        @Schema(description = "empty where none is configured")
        String region,

        Map<String, String> tags,
        int findings,

        @Nullable @Schema(description = "what the worst finding observed")
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
