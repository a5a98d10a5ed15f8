package dev.pgvigil.slo;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.JsonRenderer;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Objectives and their budgets, from memory. */
@Path("/api/v1/slos")
@NonBlocking
@Tag(name = "fleet")
public final class SlosResource {

    private final SloMonitor monitor;
    private final JsonRenderer renderer;
    private final SloHistory history;

    private record Part(String slo, @Nullable String target) {}

    SlosResource(SloMonitor monitor, JsonRenderer renderer, SloHistory history) {
        this.history = history;
        this.monitor = monitor;
        this.renderer = renderer;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "slos", summary = "The objectives, and how many targets use up their budget")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = SlosView.class)))
    public Uni<RestResponse<Buffer>> slos() {
        return renderer.answer(
                "slos", () -> RestResponse.ok(SlosView.of(monitor.report(), monitor.stored(), SteadyClock.now())));
    }

    @GET
    @Path("/rules")
    @Produces(MediaType.TEXT_PLAIN)
    @Operation(hidden = true)
    public String rules() {
        return PrometheusRules.of(monitor.report().slos());
    }

    @GET
    @Path("/{name}")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "slo", summary = "The budget of an objective on each target, the smallest first")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = SloView.class)))
    public Uni<RestResponse<Buffer>> slo(
            @RestPath String name,
            @RestQuery @Parameter(description = "only this target, with the history of its budget") @Nullable
                    String target) {
        Part part = new Part(name, target);
        SloReport report = monitor.report();
        Slo slo = report.slos().named(name);
        if (slo == null) {
            throw ProblemException.notFound("no objective is named \"" + Query.shown(name) + "\"");
        }
        List<ObjectiveStatus> statuses = report.of(slo).stream()
                .filter(status -> target == null || status.target().name().equals(target))
                .toList();
        if (target != null && statuses.isEmpty()) {
            throw ProblemException.notFound("the objective " + name + " has no target \"" + Query.shown(target) + "\"");
        }
        if (target == null) {
            return answer(part, slo, statuses, null);
        }
        return history.of(slo, target, SteadyClock.now().getEpochSecond())
                .chain(past -> answer(part, slo, statuses, past));
    }

    private Uni<RestResponse<Buffer>> answer(
            Part part, Slo slo, List<ObjectiveStatus> statuses, SloHistory.@Nullable Past past) {
        return renderer.answer(part, () -> RestResponse.ok(SloView.of(slo, statuses, past, SteadyClock.now())));
    }
}
