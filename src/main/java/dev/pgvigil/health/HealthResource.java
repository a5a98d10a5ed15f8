package dev.pgvigil.health;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.JsonRenderer;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;

/**
 * The probes that cover targets; quarkus-smallrye-health answers those about pgvigil itself. Each answers from memory,
 * whatever the databases do, and on the event loop that took the request unless it is over many targets.
 */
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "probes", description = "For Kubernetes: 200 and UP, or 503 and DOWN")
@NonBlocking
@Singleton
final class HealthResource {

    private final OwnHealthChecks own;
    private final Fleet fleet;
    private final Configuration configuration;
    private final GroupHealthService verdicts;
    private final JsonRenderer answers;

    /** What {@code detailed} depends on, save the fleet and this process. */
    private record Detailed(List<Group> groups) {}

    HealthResource(
            OwnHealthChecks own,
            Fleet fleet,
            Configuration configuration,
            GroupHealthService verdicts,
            JsonRenderer answers) {
        this.own = own;
        this.fleet = fleet;
        this.configuration = configuration;
        this.verdicts = verdicts;
        this.answers = answers;
    }

    @GET
    @Path("detailed")
    @Operation(
            operationId = "health_detailed",
            summary = "pgvigil's own health, every group and every target; needs the token")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = HealthResponse.class)))
    public Uni<RestResponse<Buffer>> detailed() {
        List<Group> groups = groups();
        return answers.answer(new Detailed(groups), () -> answer(details(groups)));
    }

    @GET
    @Path("database")
    @Operation(operationId = "health_database", summary = "All targets as one group")
    public Uni<RestResponse<HealthResponse>> database() {
        return judged(List.of(Group.EVERYTHING));
    }

    @GET
    @Path("group")
    @Operation(operationId = "health_groups", summary = "Every configured group; needs the token")
    public Uni<RestResponse<HealthResponse>> allGroups() {
        return judged(groups());
    }

    @GET
    @Path("group/{name}")
    @Operation(
            operationId = "health_group",
            summary = "One configured group of targets; 404 and DOWN if there is none of that name")
    public Uni<RestResponse<HealthResponse>> group(String name) {
        Group group = configuration.settings().get(GroupsSection.class).named(name);
        return group == null
                ? Uni.createFrom()
                        .item(answer(
                                Status.NOT_FOUND,
                                HealthResponse.of(List.of(HealthCheckResult.of(
                                        name, false, new Data().text("reason", "no such group"))))))
                : judged(List.of(group));
    }

    private List<Group> groups() {
        return List.copyOf(
                configuration.settings().get(GroupsSection.class).byName().values());
    }

    private List<HealthCheckResult> details(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        List<HealthCheckResult> parts = new ArrayList<>(own.now().all());
        groups.forEach(group -> parts.add(group.evaluate("group:" + group.name(), snapshot, now)));
        snapshot.targets().values().stream()
                .map(state -> Detail.of(state, snapshot, now))
                .sorted(Comparator.comparing(HealthCheckResult::name))
                .forEach(parts::add);
        return parts;
    }

    private Uni<RestResponse<HealthResponse>> judged(List<Group> groups) {
        return verdicts.of(groups).map(HealthResource::answer);
    }

    private static RestResponse<HealthResponse> answer(List<HealthCheckResult> parts) {
        return answer(HealthResponse.of(parts));
    }

    private static RestResponse<HealthResponse> answer(HealthResponse answer) {
        return answer(answer.status() == State.UP ? Status.OK : Status.SERVICE_UNAVAILABLE, answer);
    }

    private static RestResponse<HealthResponse> answer(Status status, HealthResponse answer) {
        return RestResponse.ResponseBuilder.create(status, answer).build();
    }
}
