package dev.pgvigil.diagnose;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Performance test of one database with the caller's queries. */
@Path("/api/v1/databases/{name}/performance")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "databases")
public final class PerformanceResource {

    static final int MOST_QUERIES = 10;
    static final int LONGEST_QUERY = 4096;
    static final int MOST_ITERATIONS = 100;

    private static final int STANDARD_ITERATIONS = 10;

    private final Fleet fleet;
    private final PerformanceTests tests;
    private final JsonBody bodies;

    /** The body of a request. */
    @Schema(name = "PerformanceRequest")
    @RegisterForReflection
    public record Request(
            @Nullable
            @Schema(
                    description = "1 to 10 statements of at most 4096 bytes, each one SELECT, VALUES or TABLE",
                    minItems = 1,
                    maxItems = 10)
            List<@Nullable String> queries,

            @Nullable @Schema(description = "runs of each query; default 10", minimum = "1", maximum = "100")
            Integer iterations) {}

    PerformanceResource(Fleet fleet, PerformanceTests tests, JsonBody bodies) {
        this.fleet = fleet;
        this.tests = tests;
        this.bodies = bodies;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "database_performance",
            summary = "Runs read-only queries and measures them",
            description =
                    "Each query runs in a read-only transaction that is rolled back, as one SELECT, VALUES or TABLE; its"
                            + " rows are counted and stay on the server. The test ends after 30 s. One test runs at a time"
                            + " on a server, two in the fleet; further requests get 429 with `Retry-After`. It is refused"
                            + " (403) if pgvigil's role has privileges with which a query could do more than read.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Request.class),
                            example = """
                                    {"queries": ["select count(*) from orders"], "iterations": 20}"""))
    public Uni<PerformanceView> performance(@RestPath String name, String body) {
        Target target = new PointInTimeView(fleet.snapshot(), SteadyClock.now())
                .target(name)
                .target();
        Request request = bodies.read(body, Request.class);
        return tests.run(target, queries(request.queries()), iterations(request.iterations()));
    }

    private static List<String> queries(@Nullable List<@Nullable String> given) {
        if (given == null || given.isEmpty() || given.size() > MOST_QUERIES) {
            throw ProblemException.badRequest("the field queries has " + (given == null ? 0 : given.size())
                    + " queries; allowed: 1 to " + MOST_QUERIES);
        }
        for (int i = 0; i < given.size(); i++) {
            String query = given.get(i);
            if (query == null || query.isBlank() || query.indexOf('\0') >= 0) {
                throw ProblemException.badRequest("query " + (i + 1) + " is empty, or contains a null character");
            }
            if (query.getBytes(UTF_8).length > LONGEST_QUERY) {
                throw ProblemException.badRequest("query " + (i + 1) + " is longer than " + LONGEST_QUERY + " bytes");
            }
        }
        return given.stream().map(String::valueOf).toList();
    }

    private static int iterations(@Nullable Integer given) {
        if (given != null && (given < 1 || given > MOST_ITERATIONS)) {
            throw ProblemException.badRequest(
                    "the field iterations is " + given + "; allowed: 1 to " + MOST_ITERATIONS);
        }
        return given == null ? STANDARD_ITERATIONS : given;
    }
}
