package dev.pgvigil.diagnose;

import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Gates a job: 200 if its databases are ready, else 503. */
@Path("/api/v1/prerequisites")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "fleet")
public final class PrerequisitesResource {

    /** Less than the idle timeout of HTTP connections, which would cut the response off. */
    static final Duration LONGEST = Duration.ofSeconds(60);

    private static final int STANDARD_THRESHOLD = 1000;
    private static final int LARGEST_THRESHOLD = 60_000;
    private static final int MOST_TARGETS = 1000;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m)?");
    private static final String ANSWERED = """
            Answered from the latest observations, within a millisecond: 200 if all targets passed, with or without warnings, \
            and 503 if one failed. Unknown is failed, as is a target that is not observed yet. With `wait`, the response is \
            sent as soon as its status is 200, or after that time; at most 100 requests can wait, further ones get 503 \
            (`application/problem+json`) with `Retry-After`.""";

    private final Fleet fleet;
    private final Prerequisites prerequisites;
    private final JsonBody bodies;

    /** The body of a POST. */
    @Schema(name = "PrerequisitesRequest")
    @RegisterForReflection
    public record Request(
            @Nullable @Schema(description = "names of targets; default: all")
            List<String> targets,

            @Nullable @Schema(description = "longest wait; default 0", minimum = "0", maximum = "60")
            Integer waitSeconds,

            @Nullable
            @Schema(
                    description = "heartbeats that take longer give a warning; default 1000",
                    minimum = "1",
                    maximum = "60000")
            Integer performanceThresholdMs) {}

    PrerequisitesResource(Fleet fleet, Prerequisites prerequisites, JsonBody bodies) {
        this.fleet = fleet;
        this.prerequisites = prerequisites;
        this.bodies = bodies;
    }

    @GET
    @Operation(
            operationId = "prerequisites",
            summary = "Whether databases are ready for a job: 200 or 503",
            description = ANSWERED)
    @APIResponse(
            responseCode = "200",
            description = "All passed, with or without warnings",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PrerequisitesView.class)))
    @APIResponse(
            responseCode = "503",
            description = "At least one failed",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PrerequisitesView.class)))
    public Uni<RestResponse<Buffer>> prerequisites(
            @RestQuery @Parameter(description = "names of targets, separated by commas; default: all")
                    List<String> targets,
            @RestQuery @Parameter(description = "longest wait, at most 60s; default 0s", example = "30s") @Nullable
                    String wait,
            @RestQuery("performance_threshold_ms")
                    @Parameter(
                            description = "heartbeats that take longer give a warning",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "60000",
                                            defaultValue = "1000"))
                    @Nullable
                    String thresholdMs,
            @Context RoutingContext context) {
        int threshold =
                Query.integer("performance_threshold_ms", thresholdMs, STANDARD_THRESHOLD, 1, LARGEST_THRESHOLD);
        return answer(named(targets), duration(wait), threshold, context);
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "prerequisites_of",
            summary = "The same, with the targets in the body",
            description = ANSWERED)
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Request.class),
                            example = """
                                    {"targets": ["shop"], "wait_seconds": 30, "performance_threshold_ms": 1000}"""))
    @APIResponse(
            responseCode = "200",
            description = "All passed, with or without warnings",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PrerequisitesView.class)))
    @APIResponse(
            responseCode = "503",
            description = "At least one failed",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PrerequisitesView.class)))
    public Uni<RestResponse<Buffer>> prerequisites(String body, @Context RoutingContext context) {
        Request request = bodies.read(body.isBlank() ? "{}" : body, Request.class);
        List<String> targets = request.targets() == null ? List.of() : request.targets();
        if (targets.stream().anyMatch(Objects::isNull)) {
            throw ProblemException.badRequest("the field targets of the body contains null");
        }
        int wait = bounded("wait_seconds", request.waitSeconds(), 0, 0, (int) LONGEST.toSeconds());
        int threshold = bounded(
                "performance_threshold_ms", request.performanceThresholdMs(), STANDARD_THRESHOLD, 1, LARGEST_THRESHOLD);
        return answer(targets, Duration.ofSeconds(wait), threshold, context);
    }

    private Uni<RestResponse<Buffer>> answer(
            List<String> targets, Duration wait, int thresholdMs, RoutingContext context) {
        if (targets.size() > MOST_TARGETS) {
            throw ProblemException.badRequest(
                    targets.size() + " targets are named; allowed: " + MOST_TARGETS + ", or none for all");
        }
        Prerequisites.Asked asked =
                new Prerequisites.Asked(targets.stream().distinct().toList(), thresholdMs);
        AtomicBoolean gone = new AtomicBoolean();
        context.addEndHandler(end -> gone.set(true));
        return prerequisites.answer(asked, wait, gone);
    }

    private static int bounded(String field, @Nullable Integer value, int fallback, int min, int max) {
        if (value != null && (value < min || value > max)) {
            throw ProblemException.badRequest(
                    "the field " + field + " is " + value + "; allowed: " + min + " to " + max);
        }
        return value == null ? fallback : value;
    }

    /** A value that is the name of a target is one name, also if it contains a comma. */
    private List<String> named(List<String> values) {
        Set<String> known = fleet.snapshot().targets().keySet();
        List<String> names = new ArrayList<>();
        for (String value : values) {
            names.addAll(known.contains(value) ? List.of(value) : List.of(value.split(",")));
        }
        if (!values.isEmpty() && names.stream().allMatch(String::isEmpty)) {
            throw Query.wrong("targets", String.join(",", values), "names of targets, separated by commas");
        }
        return names.stream().filter(name -> !name.isEmpty()).toList();
    }

    private static Duration duration(@Nullable String text) {
        if (text == null) {
            return Duration.ZERO;
        }
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw wrongWait(text);
        }
        long number = Long.parseLong(parts.group(1));
        Duration wait = switch (parts.group(2) == null ? "s" : parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case String seconds -> Duration.ofSeconds(number);
        };
        if (wait.compareTo(LONGEST) > 0) {
            throw wrongWait(text);
        }
        return wait;
    }

    private static ProblemException wrongWait(String text) {
        return Query.wrong(
                "wait", text, "a duration from 0s to " + LONGEST.toSeconds() + "s, for example 30s or 500ms");
    }
}
