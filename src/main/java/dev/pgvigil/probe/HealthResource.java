package dev.pgvigil.probe;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.self.Self;
import dev.pgvigil.self.SelfSection;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.Snapshot;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.Status;

/** The probes. Each answers from memory on the event loop that took the request, whatever the databases do. */
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "probes", description = "For Kubernetes: 200 and UP, or 503 and DOWN")
@NonBlocking
@Singleton
final class HealthResource {

    private final Self self;
    private final Fleet fleet;
    private final Configuration configuration;

    HealthResource(Self self, Fleet fleet, Configuration configuration) {
        this.self = self;
        this.fleet = fleet;
        this.configuration = configuration;
    }

    @GET
    @Operation(operationId = "health", summary = "pgvigil's own health: liveness, readiness and start together")
    public RestResponse<Answer> health() {
        return answer(own().all());
    }

    @GET
    @Path("live")
    @Operation(
            operationId = "health_live",
            summary = "Whether this process can do its work; no database has a say in it")
    public RestResponse<Answer> live() {
        return answer(own().live());
    }

    @GET
    @Path("ready")
    @Operation(
            operationId = "health_ready",
            summary = "Whether this process is worth asking; no database has a say in it")
    public RestResponse<Answer> ready() {
        return answer(own().ready());
    }

    @GET
    @Path("started")
    @Operation(
            operationId = "health_started",
            summary = "Whether the configuration is loaded and the first pass over the fleet is done")
    public RestResponse<Answer> started() {
        return answer(own().started());
    }

    @GET
    @Path("detailed")
    @Operation(
            operationId = "health_detailed",
            summary = "pgvigil's own health, every group and every target; needs the token")
    public RestResponse<Answer> detailed() {
        Snapshot snapshot = fleet.snapshot();
        Instant now = Instant.now();
        List<Part> parts = new ArrayList<>(own().all());
        groups().forEach(group -> parts.add(group.judge("group:" + group.name(), snapshot, now)));
        snapshot.targets().values().stream()
                .map(state -> Detail.of(state, snapshot, now))
                .sorted(Comparator.comparing(Part::name))
                .forEach(parts::add);
        return answer(parts);
    }

    @GET
    @Path("database")
    @Operation(operationId = "health_database", summary = "All targets as one group")
    public RestResponse<Answer> database() {
        return judged(Stream.of(Group.EVERYTHING));
    }

    @GET
    @Path("group")
    @Operation(operationId = "health_groups", summary = "Every configured group; needs the token")
    public RestResponse<Answer> allGroups() {
        return judged(groups().stream());
    }

    @GET
    @Path("group/{name}")
    @Operation(
            operationId = "health_group",
            summary = "One configured group of targets; 404 and DOWN if there is none of that name")
    public RestResponse<Answer> group(String name) {
        Group group = configuration.settings().get(GroupsSection.class).named(name);
        return group == null
                ? answer(Status.NOT_FOUND, List.of(Part.of(name, false, new Data().text("reason", "no such group"))))
                : judged(Stream.of(group));
    }

    private Own own() {
        return new Own(self.vitals(), configuration.settings().get(SelfSection.class), configuration.state());
    }

    private Collection<Group> groups() {
        return configuration.settings().get(GroupsSection.class).byName().values();
    }

    private RestResponse<Answer> judged(Stream<Group> groups) {
        Snapshot snapshot = fleet.snapshot();
        Instant now = Instant.now();
        return answer(
                groups.map(group -> group.judge(group.name(), snapshot, now)).toList());
    }

    private static RestResponse<Answer> answer(List<Part> parts) {
        boolean up = parts.stream().allMatch(Part::up);
        return answer(up ? Status.OK : Status.SERVICE_UNAVAILABLE, parts);
    }

    private static RestResponse<Answer> answer(Status status, List<Part> parts) {
        return RestResponse.ResponseBuilder.create(status, Answer.of(parts)).build();
    }
}
