package dev.pgvigil.alert;

import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Incidents and their reports. Reads are from memory. */
@Path("/api/v1/incidents")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "alerts")
public final class IncidentsResource {

    private static final int LONGEST = 2000;

    private final AlertMonitor monitor;
    private final RenderExecutor executor;
    private final JsonBody bodies;
    private final ImpactReader reader;

    /** Which incidents. */
    enum Which {
        OPEN,
        ENDED
    }

    /** The body of a request that adds a note. */
    @Schema(name = "IncidentNoteRequest")
    @RegisterForReflection
    public record NoteRequest(
            @Nullable @Schema(description = "1 to 2000 characters")
            String text,

            @Nullable
            @Schema(description = "who writes it, for callers that are not a signed-in user; default: the caller")
            String by) {}

    IncidentsResource(AlertMonitor monitor, RenderExecutor executor, JsonBody bodies, ImpactReader reader) {
        this.monitor = monitor;
        this.executor = executor;
        this.bodies = bodies;
        this.reader = reader;
    }

    @GET
    @Operation(operationId = "incidents", summary = "The latest 100 incidents: times in which alerts of a server fired")
    public Uni<IncidentView.Page> incidents(
            @RestQuery @Parameter(description = "only open or ended ones") List<String> state,
            @RestQuery @Parameter(description = "most incidents in the answer, 1 to 100; default 100") @Nullable
                    String limit) {
        List<Which> which = Query.choices("state", state, Which.class);
        int most = Query.integer("limit", limit, Incidents.MOST, 1, Incidents.MOST);
        return executor.make(() -> {
            List<Incident> selected = monitor.incidents().stream()
                    .filter(one -> which.isEmpty() || which.contains(one.open() ? Which.OPEN : Which.ENDED))
                    .toList();
            return new IncidentView.Page(
                    SteadyClock.shown(SteadyClock.now()),
                    selected.size(),
                    selected.stream().limit(most).map(IncidentView.Summary::of).toList());
        });
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "incident", summary = "One incident: its alerts, timeline and cost")
    public Uni<IncidentView> incident(@RestPath String id) {
        Incident incident = find(monitor, id);
        return executor.make(() -> IncidentView.of(incident));
    }

    @GET
    @Path("/{id}/report")
    @Produces("text/markdown")
    @Operation(operationId = "incident_report", summary = "The report of an incident in Markdown")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = "text/markdown",
                            schema = @Schema(type = SchemaType.STRING),
                            example = "# Incident: db1.internal:5432"))
    public Uni<String> report(@RestPath String id) {
        Incident incident = find(monitor, id);
        return executor.make(() -> IncidentReport.markdown(incident, SteadyClock.now()));
    }

    @POST
    @Path("/{id}/notes")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(operationId = "note_incident", summary = "Adds a note to the timeline of an incident")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = NoteRequest.class),
                            example = "{\"text\": \"Failed over to db2\", \"by\": \"ann\"}"))
    public Uni<IncidentView> note(@RestPath String id, @Context SecurityContext caller, String body) {
        NoteRequest request = bodies.read(body, NoteRequest.class);
        String text = request.text();
        if (text == null || text.isBlank() || text.length() > LONGEST) {
            throw ProblemException.badRequest("the field text must have 1 to " + LONGEST + " characters");
        }
        return monitor.note(id, ActingPerson.of(caller, request.by()), text.strip())
                .map(IncidentView::of);
    }

    @POST
    @Path("/{id}/impact")
    @Operation(
            operationId = "incident_impact",
            summary = "Asks now whom an incident touches",
            description = "The answers are read from the databases, and kept nowhere.")
    public Uni<RestResponse<ImpactReader.Answers>> impact(@RestPath String id) {
        Incident incident = find(monitor, id);
        AlertSettings settings = monitor.settings();
        return reader.read(incident, settings == null ? List.of() : settings.impact())
                .map(answers -> RestResponse.ResponseBuilder.ok(answers)
                        .header("Cache-Control", "no-store")
                        .build());
    }

    static Incident find(AlertMonitor monitor, String id) {
        return monitor.incidents().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("no incident has the id \"" + Query.shown(id) + "\""));
    }
}
