package dev.pgvigil.health;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.store.Store;
import io.quarkus.arc.All;
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
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;
import org.jspecify.annotations.Nullable;

/**
 * The probes for targets; quarkus-smallrye-health serves those for pgvigil itself. All respond from memory, on the
 * event loop of the request unless there are many targets.
 */
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "probes", description = "Probes for Kubernetes: 200 and UP, or 503 and DOWN")
@NonBlocking
@Singleton
final class HealthResource {

    private final OwnHealthChecks own;
    private final Fleet fleet;
    private final Configuration configuration;
    private final GroupHealthService groupHealth;
    private final JsonRenderer renderer;
    private final List<BuiltInGroup> builtIn;
    private final SloHealth objectives;
    private final Store store;

    /** Cache key of {@code detailed}: what the response depends on besides the fleet and this process. */
    private record Detailed(List<Group> groups) {}

    HealthResource(
            OwnHealthChecks own,
            Fleet fleet,
            Configuration configuration,
            GroupHealthService groupHealth,
            JsonRenderer renderer,
            @All List<BuiltInGroup> builtIn,
            SloHealth objectives,
            Store store) {
        this.own = own;
        this.fleet = fleet;
        this.configuration = configuration;
        this.groupHealth = groupHealth;
        this.renderer = renderer;
        this.builtIn = builtIn.stream()
                .sorted(Comparator.comparing(BuiltInGroup::group))
                .toList();
        this.objectives = objectives;
        this.store = store;
    }

    @GET
    @Path("detailed")
    @Operation(
            operationId = "health_detailed",
            summary = "Health of pgvigil, all groups and all targets; needs the token")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = HealthResponse.class)))
    public Uni<RestResponse<Buffer>> detailed() {
        List<Group> groups = groups();
        return renderer.answer(new Detailed(groups), () -> answer(details(groups)));
    }

    @GET
    @Path("database")
    @Operation(operationId = "health_database", summary = "Health of all targets as one group")
    public Uni<RestResponse<HealthResponse>> database() {
        return evaluate(List.of(Group.EVERYTHING));
    }

    @GET
    @Path("group")
    @Operation(operationId = "health_groups", summary = "Health of all configured groups; needs the token")
    public Uni<RestResponse<HealthResponse>> allGroups() {
        return evaluate(groups());
    }

    @GET
    @Path("group/{name}")
    @Operation(
            operationId = "health_group",
            summary =
                    "Health of a configured group of targets, of all objectives (slo) or all backups (backups); 404 and DOWN if the group does not exist")
    public Uni<RestResponse<HealthResponse>> group(
            String name,
            @RestQuery
                    @Parameter(
                            description =
                                    "burn: members whose error budget burns at page rate count as down, as far as the group's floor allows; status by default",
                            schema =
                                    @Schema(
                                            implementation = String.class,
                                            enumeration = {"status", "burn"}))
                    @Nullable
                    String policy,
            @RestQuery
                    @Parameter(
                            description =
                                    "only this member, with policy=burn; 404 and DOWN if the group has no such member")
                    @Nullable
                    String target) {
        boolean burn = Query.choice("policy", policy, Policy.class, Policy.STATUS) == Policy.BURN;
        if (target != null && !burn) {
            throw ProblemException.badRequest("query parameter target needs policy=burn");
        }
        return burn && !name.equals(SloHealth.GROUP) ? burning(name, target) : group(name);
    }

    /** What decides whether a member is up. */
    private enum Policy {
        STATUS,
        BURN
    }

    private Uni<RestResponse<HealthResponse>> burning(String name, @Nullable String target) {
        Group group = configuration.settings().get(GroupsSection.class).named(name);
        if (group == null) {
            return Uni.createFrom().item(missing(name, "no such group"));
        }
        return groupHealth.burn(group, objectives::burns).map(verdict -> {
            HealthCheckResult result = target == null ? verdict.whole() : verdict.of(target);
            return result == null ? missing(name, "no such member") : answer(HealthResponse.of(List.of(result)));
        });
    }

    private static RestResponse<HealthResponse> missing(String name, String reason) {
        return answer(
                Status.NOT_FOUND,
                HealthResponse.of(List.of(HealthCheckResult.of(name, false, new Data().text("reason", reason)))));
    }

    private Uni<RestResponse<HealthResponse>> group(String name) {
        for (BuiltInGroup each : builtIn) {
            HealthCheckResult result = each.group().equals(name) ? each.evaluate(name) : null;
            if (result != null) {
                return Uni.createFrom().item(answer(HealthResponse.of(List.of(result))));
            }
        }
        Group group = configuration.settings().get(GroupsSection.class).named(name);
        return group == null ? Uni.createFrom().item(missing(name, "no such group")) : evaluate(List.of(group));
    }

    private List<Group> groups() {
        return List.copyOf(
                configuration.settings().get(GroupsSection.class).byName().values());
    }

    private List<HealthCheckResult> details(List<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        Instant now = SteadyClock.now();
        List<HealthCheckResult> checks = new ArrayList<>(own.now().all());
        builtIn.stream()
                .map(each -> each.evaluate("group:" + each.group()))
                .filter(Objects::nonNull)
                .forEach(checks::add);
        HealthCheckResult kept = StoreHealth.of(store.state());
        if (kept != null) {
            checks.add(kept);
        }
        groups.forEach(group -> checks.add(group.evaluate("group:" + group.name(), snapshot, now)));
        snapshot.targets().values().stream()
                .map(state -> Detail.of(state, snapshot, now))
                .sorted(Comparator.comparing(HealthCheckResult::name))
                .forEach(checks::add);
        return checks;
    }

    private Uni<RestResponse<HealthResponse>> evaluate(List<Group> groups) {
        return groupHealth.of(groups).map(HealthResource::answer);
    }

    private static RestResponse<HealthResponse> answer(List<HealthCheckResult> checks) {
        return answer(HealthResponse.of(checks));
    }

    private static RestResponse<HealthResponse> answer(HealthResponse answer) {
        return answer(answer.status() == State.UP ? Status.OK : Status.SERVICE_UNAVAILABLE, answer);
    }

    private static RestResponse<HealthResponse> answer(Status status, HealthResponse answer) {
        return RestResponse.ResponseBuilder.create(status, answer).build();
    }
}
