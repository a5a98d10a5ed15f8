package dev.pgvigil.backup;

import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.DateTimeException;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Backups and what is proven of them, from memory; and verifications on demand. */
@Path("/api/v1/backups")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "backups")
public final class BackupsResource {

    private final BackupMonitor monitor;
    private final RenderExecutor executor;
    private final JsonBody bodies;

    /** The body of a POST. */
    @Schema(name = "BackupVerificationRequest")
    @RegisterForReflection
    public record Request(
            @Nullable @Schema(description = "id of one backup; default: those that need it")
            String backup,

            @Nullable
            @Schema(
                    description =
                            "time to recover to, such as 2027-03-31T22:00:00Z; default: just before the last archived commit")
            String moment) {}

    BackupsResource(BackupMonitor monitor, RenderExecutor executor, JsonBody bodies) {
        this.monitor = monitor;
        this.executor = executor;
        this.bodies = bodies;
    }

    @GET
    @Operation(operationId = "backups", summary = "All repositories, their backups, and what is proven of each")
    public Uni<BackupsView> backups() {
        return executor.make(
                () -> BackupsView.of(monitor.statuses(), monitor.config(), monitor.audited(), SteadyClock.now()));
    }

    @GET
    @Path("/runs")
    @Operation(operationId = "backup_runs", summary = "The latest verifications and their progress, newest first")
    public RunsView runs() {
        return RunsView.of(monitor.runs());
    }

    @GET
    @Path("/report")
    @Operation(operationId = "backup_report", summary = "The compliance report")
    public Uni<ComplianceReport> report() {
        return executor.make(this::made);
    }

    @GET
    @Path("/report.md")
    @Produces("text/markdown")
    @Operation(operationId = "backup_report_text", summary = "The compliance report as Markdown")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = "text/markdown",
                            schema = @Schema(type = SchemaType.STRING),
                            example = "# Backups: compliance report"))
    public Uni<String> text() {
        return executor.make(() -> made().markdown());
    }

    private ComplianceReport made() {
        return ComplianceReport.of(monitor.statuses(), monitor.config(), monitor.audited(), SteadyClock.now());
    }

    @POST
    @Path("/{repository}/verifications")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "verify_backups",
            summary = "Starts a verification of a repository: its backups are read, and one is restored",
            description =
                    "One runs at a time; a second one of the same repository gets 409. `/api/v1/backups/runs` has the progress.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Request.class),
                            example = "{}"))
    @APIResponse(
            responseCode = "200",
            description = "Accepted",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RunsView.RunView.class)))
    public RunsView.RunView verify(@RestPath String repository, String body) {
        Request request = bodies.read(body.isBlank() ? "{}" : body, Request.class);
        return RunsView.RunView.of(monitor.request(repository, request.backup(), moment(request.moment())));
    }

    @DELETE
    @Path("/{repository}/verifications")
    @Operation(operationId = "cancel_verification", summary = "Cancels the verification of a repository")
    @APIResponse(
            responseCode = "200",
            description = "It ends within seconds, and leaves nothing",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = RunsView.class)))
    public RunsView cancel(@RestPath String repository) {
        if (!monitor.cancel(repository)) {
            throw ProblemException.notFound("no verification of this repository is waiting or running");
        }
        return RunsView.of(monitor.runs());
    }

    private static @Nullable Instant moment(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            throw ProblemException.badRequest(
                    "the field moment is \"" + Query.shown(text) + "\"; allowed: a time such as 2027-03-31T22:00:00Z");
        }
    }
}
