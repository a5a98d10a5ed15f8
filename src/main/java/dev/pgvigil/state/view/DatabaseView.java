package dev.pgvigil.state.view;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.advice.Problem;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The full state of one target. */
@Schema(name = "Database")
public record DatabaseView(
        String name,
        Status status,

        @Schema(description = "time when the status last changed")
        Instant since,

        @Schema(description = "time of the response") Instant timestamp,

        @Nullable @Schema(description = "age of the latest heartbeat in milliseconds; null: no heartbeat yet")
        Long ageMs,

        @Schema(description = "age of the heartbeat in milliseconds from which the status is unknown")
        long staleAfterMs,

        @Nullable @Schema(description = "duration of the latest heartbeat in milliseconds; null: it failed")
        Double heartbeatMs,

        @Nullable @Schema(description = "role of the server; null: not known yet")
        Role role,

        ExpectedRole expectedRole,

        @Nullable @Schema(description = "version of PostgreSQL")
        String version,

        String database,
        String region,
        Map<String, String> tags,
        ServerView server,

        @Schema(description = "worst first") List<Finding> findings,

        @Schema(description = "findings that have one cause, joined")
        List<Problem> problems,

        @Schema(description = "latest result of each check") List<CheckView> checks) {

    /** The server of a target. */
    @Schema(name = "Server")
    public record ServerView(
            @Schema(description = "host:port") String id,

            @Nullable @Schema(description = "as of the latest session; null: no session yet")
            ServerFacts facts,

            @Schema(description = "sessions of pgvigil to the server")
            ConnectionState sessions) {

        static ServerView of(ServerState state) {
            return new ServerView(state.server().id(), state.facts(), state.link());
        }
    }

    /** The state of a target, with these checks and all others with an outcome. */
    public static DatabaseView of(TargetState state, PointInTimeView view, Set<String> checks, CauseAnalysis causes) {
        Target target = state.target();
        ServerState server = view.server(state);
        ServerFacts facts = server.facts();
        return new DatabaseView(
                target.name(),
                view.status(state),
                view.since(state),
                view.now(),
                view.ageMs(state),
                view.snapshot().staleAfter().toMillis(),
                view.beatMs(state),
                facts == null ? null : facts.role(),
                target.role(),
                facts == null ? null : facts.version(),
                target.database(),
                target.region(),
                target.tags(),
                ServerView.of(server),
                state.findings(),
                causes.problems(state.findings()),
                ChecksView.of(state, view, checks).checks());
    }
}
