package dev.pgvigil.migration;

import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.HashSet;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** The migrations that are expected in a database: a deploy pipeline says which. */
@Path("/api/v1/databases/{name}/migrations/expected")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "databases")
public final class ExpectedResource {

    /** The most versions: so many fit into the body of a request. */
    static final int MOST = 3000;

    private static final int LONGEST = 300;
    private static final String EFFECT = """
            They take effect with the next run of the check `migrations`, within a minute. Kept in memory: after a restart of \
            pgvigil, those of the configuration count again.""";

    private final Fleet fleet;
    private final PostedVersions posted;
    private final JsonBody bodies;

    /** The body of a PUT. */
    @Schema(name = "ExpectedMigrationsRequest")
    @RegisterForReflection
    public record Request(
            @Nullable
            @Schema(
                    description = "versions or file names, oldest first; with several tools as tool:version",
                    maxItems = MOST)
            List<String> expected) {}

    ExpectedResource(Fleet fleet, PostedVersions posted, JsonBody bodies) {
        this.fleet = fleet;
        this.posted = posted;
        this.bodies = bodies;
    }

    @GET
    @Operation(operationId = "expected_migrations", summary = "The migrations that are expected in a database")
    public ExpectedView expected(@RestPath String name) {
        return view(target(name));
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "expect_migrations",
            summary = "Sets the migrations that are expected, in place of the configured ones",
            description = EFFECT)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Request.class),
                            example = """
                                    {"expected": ["1", "2", "2.1"]}"""))
    public ExpectedView expect(@RestPath String name, String body) {
        Target target = target(name);
        posted.put(
                name,
                entries(bodies.read(body, Request.class)),
                SteadyClock.shown(SteadyClock.now()),
                new HashSet<>(fleet.snapshot().targets().keySet()));
        return view(target);
    }

    @DELETE
    @Operation(
            operationId = "forget_expected_migrations",
            summary = "Forgets what was posted: the configured migrations count again")
    public ExpectedView forget(@RestPath String name) {
        Target target = target(name);
        posted.remove(name);
        return view(target);
    }

    private Target target(String name) {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now())
                .target(name)
                .target();
    }

    private ExpectedView view(Target target) {
        return ExpectedView.of(target, posted.of(target.name()));
    }

    private static List<String> entries(Request request) {
        List<String> entries = request.expected();
        if (entries == null || entries.size() > MOST) {
            throw ProblemException.badRequest(
                    "the field expected of the body must be a list of at most " + MOST + " versions");
        }
        for (Object entry : entries) {
            if (!(entry instanceof String text) || text.isBlank() || text.length() > LONGEST) {
                throw ProblemException.badRequest(
                        "each version in the field expected of the body must have 1 to " + LONGEST + " characters");
            }
        }
        return entries;
    }
}
