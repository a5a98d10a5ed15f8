package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import dev.pgvigil.http.JsonBody;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import dev.pgvigil.target.Glob;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Alerts, what people do about them, and the receivers. Reads are from memory. */
@Path("/api/v1/alerts")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "alerts")
public final class AlertsResource {

    private static final int MOST = 1000;
    private static final int STANDARD = 100;
    private static final int REASON = 500;
    private static final int PATTERNS = 50;
    private static final int PATTERN = 200;
    private static final Duration LONGEST = Duration.ofDays(90);

    private final AlertMonitor monitor;
    private final RenderExecutor executor;
    private final JsonBody bodies;

    /** The body of a request that acknowledges or resolves. */
    @Schema(name = "AlertActionRequest")
    @RegisterForReflection
    public record ActionRequest(
            @Nullable
            @Schema(description = "who does it, for callers that are not a signed-in user; default: the caller")
            String by) {}

    /** The body of a request for a silence. */
    @Schema(name = "SilenceRequest")
    @RegisterForReflection
    public record SilenceRequest(
            @Nullable @Schema(description = "patterns of names of targets; empty: all")
            List<@Nullable String> targets,

            @Nullable @Schema(description = "patterns of checks or keys of findings; empty: all")
            List<@Nullable String> checks,

            @Nullable @Schema(description = "critical, high, medium, low; empty: all")
            List<@Nullable String> severities,

            @Nullable @Schema(description = "default: now") Instant from,

            @Nullable @Schema(description = "end, at most 90 days after its begin")
            Instant until,

            @Nullable
            @Schema(description = "who silences, for callers that are not a signed-in user; default: the caller")
            String by,

            @Nullable @Schema(description = "why, 1 to 500 characters")
            String reason) {}

    AlertsResource(AlertMonitor monitor, RenderExecutor executor, JsonBody bodies) {
        this.monitor = monitor;
        this.executor = executor;
        this.bodies = bodies;
    }

    @GET
    @Operation(operationId = "alerts", summary = "Alerts: the open ones, and the latest that are resolved")
    public Uni<AlertsView> alerts(
            @RestQuery @Parameter(description = "only these states; default: all but resolved") List<String> state,
            @RestQuery @Parameter(description = "only these severities") List<String> severity,
            @RestQuery @Parameter(description = "only targets whose name matches, with * and ?") @Nullable
                    String target,
            @RestQuery @Parameter(description = "only this check") @Nullable String type,
            @RestQuery @Parameter(description = "most alerts in the answer, 1 to 1000; default 100") @Nullable
                    String limit) {
        Set<ActiveAlert.State> states = EnumSet.complementOf(EnumSet.of(ActiveAlert.State.RESOLVED));
        if (!state.isEmpty()) {
            states = EnumSet.copyOf(Query.choices("state", state, ActiveAlert.State.class));
        }
        Set<ActiveAlert.State> chosen = states;
        List<Severity> severities = Query.choices("severity", severity, Severity.class);
        int most = Query.integer("limit", limit, STANDARD, 1, MOST);
        Glob glob = target == null ? null : new Glob(target);
        return executor.make(() -> {
            AlertReport report = monitor.report();
            return AlertsView.of(
                    report,
                    report.alerts().stream()
                            .filter(one -> chosen.contains(one.state()))
                            .filter(one -> severities.isEmpty() || severities.contains(one.severity()))
                            .filter(one ->
                                    glob == null || glob.matches(one.alert().target()))
                            .filter(one ->
                                    type == null || type.equals(one.alert().type()))
                            .toList(),
                    most,
                    SteadyClock.now());
        });
    }

    @GET
    @Path("/receivers")
    @Operation(operationId = "alert_receivers", summary = "The receivers of notifications, and what was given up")
    public AlertsView.Receivers receivers() {
        return AlertsView.Receivers.of(monitor.report(), SteadyClock.now());
    }

    @GET
    @Path("/silences")
    @Operation(operationId = "silences", summary = "Silences and maintenance")
    public AlertsView.Silences silences() {
        return AlertsView.Silences.of(monitor.report(), SteadyClock.now());
    }

    @POST
    @Path("/silences")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "silence_alerts",
            summary = "Silences alerts for a time",
            description = "What it selects is not sent until it ends. The end of an alert that was sent before is sent"
                    + " nevertheless, and what still fires at its end is sent then.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SilenceRequest.class),
                            example = """
                                    {"targets": ["shop*"], "until": "2027-04-01T02:00:00Z", "by": "ann", "reason": "upgrade"}"""))
    public Uni<AlertsView.SilenceView> silence(@Context SecurityContext caller, String body) {
        return monitor.silence(silence(caller, bodies.read(body, SilenceRequest.class)))
                .map(AlertsView.SilenceView::of);
    }

    private static Silence silence(SecurityContext caller, SilenceRequest request) {
        Instant now = SteadyClock.now();
        Instant from = request.from() == null ? now : request.from();
        Instant until = request.until();
        if (until == null || !until.isAfter(now) || !until.isAfter(from) || until.isAfter(from.plus(LONGEST))) {
            throw ProblemException.badRequest(
                    "the field until must be a time in the future, at most 90 days after the begin of the silence");
        }
        EnumSet<Severity> severities = EnumSet.noneOf(Severity.class);
        severities.addAll(Query.choices("severities", texts("severities", request.severities()), Severity.class));
        return new Silence(
                Ids.random(),
                new Selector(
                        texts("checks", request.checks()).stream()
                                .map(Glob::new)
                                .toList(),
                        severities,
                        texts("targets", request.targets()).stream()
                                .map(Glob::new)
                                .toList(),
                        Map.of()),
                from,
                until,
                ActingPerson.of(caller, request.by()),
                text("reason", request.reason(), REASON));
    }

    @DELETE
    @Path("/silences/{id}")
    @Operation(operationId = "end_silence", summary = "Ends a silence: what still fires is sent")
    public Uni<AlertsView.Silences> unsilence(@RestPath String id) {
        return monitor.unsilence(id).map(_ -> AlertsView.Silences.of(monitor.report(), SteadyClock.now()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "alert", summary = "One alert")
    public AlertView alert(@RestPath String id) {
        AlertReport.Shown shown = monitor.report().find(id);
        if (shown == null) {
            throw ProblemException.notFound("no alert has the id \"" + Query.shown(id) + "\"");
        }
        return AlertView.of(shown);
    }

    @POST
    @Path("/{id}/acknowledge")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "acknowledge_alert",
            summary = "Notes who takes care of an alert: it escalates no further, and is not repeated")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ActionRequest.class),
                            example = "{\"by\": \"ann\"}"))
    public Uni<AlertView> acknowledge(@RestPath String id, @Context SecurityContext caller, String body) {
        return monitor.acknowledge(id, by(caller, body)).map(AlertView::of);
    }

    @POST
    @Path("/{id}/resolve")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "resolve_alert",
            summary = "Ends an alert, although its finding may still be open",
            description = "Its receivers are told that it is over. It begins again only after its finding was closed.")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ActionRequest.class),
                            example = "{\"by\": \"ann\"}"))
    public Uni<AlertView> resolve(@RestPath String id, @Context SecurityContext caller, String body) {
        return monitor.resolve(id, by(caller, body)).map(AlertView::of);
    }

    private String by(SecurityContext caller, String body) {
        return ActingPerson.of(caller, bodies.read(body, ActionRequest.class).by());
    }

    private static String text(String field, @Nullable String value, int longest) {
        if (value == null
                || value.isBlank()
                || value.length() > longest
                || value.chars().anyMatch(Character::isISOControl)) {
            throw ProblemException.badRequest(
                    "the field " + field + " must have 1 to " + longest + " characters, without control characters");
        }
        return value.strip();
    }

    private static List<String> texts(String field, @Nullable List<@Nullable String> values) {
        if (values == null) {
            return List.of();
        }
        if (values.size() > PATTERNS) {
            throw ProblemException.badRequest("the field " + field + " must have at most " + PATTERNS + " entries");
        }
        return values.stream()
                .map(value -> text(field, value, PATTERN))
                .map(value -> field.equals("severities") ? value.toLowerCase(Locale.ROOT) : value)
                .toList();
    }
}
