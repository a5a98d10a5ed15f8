package dev.pgvigil.history;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.store.AuditRequest;
import dev.pgvigil.store.AuditRow;
import dev.pgvigil.store.Store;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Serves the audit of a database, also of one that is no longer a target. */
@Path("/api/v1/databases/{name}/audit")
@NonBlocking
@Tag(name = "databases")
public final class AuditResource {

    private static final Logger LOG = Logger.getLogger(AuditResource.class);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int ROWS = 100;

    private final Fleet fleet;
    private final Store store;

    AuditResource(Fleet fleet, Store store) {
        this.fleet = fleet;
        this.store = store;
    }

    @GET
    @Operation(
            operationId = "database_audit",
            summary = "Changes of status, role and findings that the store has; without a store there are none")
    public Uni<AuditView> audit(
            @RestPath String name,
            @RestQuery @Parameter(description = "a day before to, if absent") @Nullable String from,
            @RestQuery @Parameter(description = "now, if absent") @Nullable String to,
            @RestQuery("check_type") @Nullable String checkType,
            @RestQuery @Parameter(description = "next of the answer before") @Nullable String before,
            @RestQuery @Nullable String limit) {
        Instant until = to == null ? SteadyClock.shown(SteadyClock.now()) : HistoryTime.parse("to", to);
        Instant since = from == null ? until.minus(DAY) : HistoryTime.parse("from", from);
        HistoryTime.require(since, until);
        AuditRequest request = new AuditRequest(
                since,
                until,
                checkType,
                before == null ? null : place(before),
                Query.integer("limit", limit, ROWS, 1, AuditRequest.ROWS));
        Future<List<AuditRow>> stored = store.audit(name, request);
        if (stored == null) {
            requireTarget(name);
            return Uni.createFrom().item(AuditView.none(name, request));
        }
        return Uni.createFrom()
                .completionStage(stored.toCompletionStage())
                .onFailure()
                .transform(failure -> {
                    LOG.debug("the audit could not be read", failure);
                    return ProblemException.of(503, "the store does not answer");
                })
                .map(rows -> answer(name, request, rows));
    }

    private AuditView answer(String name, AuditRequest request, List<AuditRow> rows) {
        if (rows.isEmpty()) {
            requireTarget(name);
        }
        return AuditView.of(name, request, rows);
    }

    private void requireTarget(String name) {
        new PointInTimeView(fleet.snapshot(), SteadyClock.now()).target(name);
    }

    private static AuditRequest.Place place(String text) {
        int comma = text.indexOf(',');
        if (comma > 0) {
            try {
                return new AuditRequest.Place(
                        HistoryTime.parse("before", text.substring(0, comma)),
                        UUID.fromString(text.substring(comma + 1)));
            } catch (IllegalArgumentException e) {
                LOG.debug("not a place", e);
            }
        }
        throw Query.wrong("before", text, "next of the answer before");
    }
}
