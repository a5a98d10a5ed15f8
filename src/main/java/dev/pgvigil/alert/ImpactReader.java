package dev.pgvigil.alert;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.PerformanceSession;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.OnDemandConnection;
import dev.pgvigil.state.TargetState;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Asks whom an incident touches, when somebody wants to know. What it reads is in the answer alone: it may be contact data, and is never stored,
 * logged or kept in memory. Each question runs in a read-only transaction with the deadlines of the monitor.
 */
@Singleton
final class ImpactReader {

    private static final int ROWS = 500;

    private final Fleet fleet;
    private final OnDemandConnection connections;

    /** The answer to one question. */
    @Schema(name = "ImpactAnswer")
    record Answer(
            String name,

            @Schema(description = "at most 500 rows, as texts by column")
            List<Map<String, @Nullable String>> rows,

            @Schema(description = "whether there may be more rows")
            boolean more,

            @Nullable @Schema(description = "why there is no answer; null: there is one")
            String problem) {}

    /** The answers to all questions. */
    @Schema(name = "Impact")
    record Answers(String incident, List<Answer> answers) {}

    ImpactReader(Fleet fleet, OnDemandConnection connections) {
        this.fleet = fleet;
        this.connections = connections;
    }

    Uni<Answers> read(Incident incident, List<Impact> questions) {
        return Multi.createFrom()
                .iterable(questions)
                .filter(question -> question.concerns(incident))
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .collect()
                .asList()
                .map(answers -> new Answers(incident.id(), answers));
    }

    private Uni<Answer> ask(Impact question) {
        TargetState state = fleet.snapshot().targets().get(question.database());
        if (state == null) {
            return Uni.createFrom().item(none(question, "no target is named " + question.database()));
        }
        return connections
                .with(
                        state.target(),
                        (ServerConnection connection) -> connection
                                .trial(state.target().database())
                                .flatMap(session ->
                                        rows(session, question).onTermination().invoke(session::close)))
                .onFailure(FailureException.class)
                .recoverWithItem(thrown -> none(question, reason(thrown.failure())));
    }

    private static Uni<Answer> rows(PerformanceSession session, Impact question) {
        return session.first(question.sql(), ROWS + 1)
                .map(rows ->
                        new Answer(question.name(), rows.stream().limit(ROWS).toList(), rows.size() > ROWS, null));
    }

    private static Answer none(Impact question, String why) {
        return new Answer(question.name(), List.of(), false, why);
    }

    /** Messages of the server may contain data. */
    private static String reason(Failure failure) {
        return failure.sqlState() == null
                ? failure.reason().name().toLowerCase(Locale.ROOT)
                : "SQLSTATE " + failure.sqlState();
    }
}
