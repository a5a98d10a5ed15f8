package dev.pgvigil.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import dev.pgvigil.target.Glob;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The page of alerts, where people acknowledge and silence; and the page of a signed link. Both need no script. */
@Path("/alerts")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class AlertsPageResource {

    private static final int MOST = 200;
    private static final int RESOLVED = 20;

    private final AlertMonitor monitor;
    private final RenderExecutor executor;

    /**
     * An alert as texts.
     *
     * @param style of its state
     * @param note who takes care of it, or why it is not sent
     */
    record Row(
            String id,
            String style,
            String state,
            String severity,
            String target,
            String href,
            String message,
            String since,
            String note,
            String receivers,
            boolean open) {}

    /** A receiver as texts. */
    record ReceiverRow(String name, String style, String state, String queued, String delivered) {}

    @CheckedTemplate(basePath = "alert")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance alerts(
                List<Row> open,
                List<Row> resolved,
                List<ReceiverRow> receivers,
                int more,
                String headline,
                String status,
                String at,
                boolean signedIn);

        static native TemplateInstance acknowledge(
                String title, String message, boolean form, AcknowledgeLink link, boolean signedIn);
    }

    AlertsPageResource(AlertMonitor monitor, RenderExecutor executor) {
        this.monitor = monitor;
        this.executor = executor;
    }

    @GET
    @Operation(hidden = true)
    public Uni<String> alerts(RoutingContext context) {
        boolean signedIn = SignedIn.of(context);
        return executor.make(() -> page(signedIn).render());
    }

    private TemplateInstance page(boolean signedIn) {
        AlertReport report = monitor.report();
        Instant now = SteadyClock.now();
        List<AlertReport.Shown> open = report.alerts().stream()
                .filter(one -> one.state() != ActiveAlert.State.RESOLVED)
                .toList();
        long firing = open.stream().filter(one -> one.state().active()).count();
        return Templates.alerts(
                open.stream().limit(MOST).map(one -> row(one, now)).toList(),
                report.alerts().stream()
                        .filter(one -> one.state() == ActiveAlert.State.RESOLVED)
                        .limit(RESOLVED)
                        .map(one -> row(one, now))
                        .toList(),
                report.receivers().stream().map(AlertsPageResource::row).toList(),
                Math.max(0, open.size() - MOST),
                firing == 0
                        ? "No alert fires"
                        : HumanFormat.count(firing, "alert") + (firing == 1 ? " fires" : " fire"),
                firing == 0 ? "healthy" : style(open.getFirst()),
                SteadyClock.shown(now).truncatedTo(ChronoUnit.SECONDS).toString(),
                signedIn);
    }

    private static Row row(AlertReport.Shown one, Instant now) {
        Alert alert = one.alert();
        Instant end = one.resolvedAt() == null ? now : one.resolvedAt();
        return new Row(
                alert.id(),
                style(one),
                lower(one.state()),
                lower(one.severity()),
                alert.target(),
                "/database?name=" + URLEncoder.encode(alert.target(), UTF_8).replace("+", "%20"),
                alert.message(),
                HumanFormat.seconds(
                        Math.max(0, Duration.between(alert.timestamp(), end).toMillis() / 1e3)),
                note(one),
                String.join(", ", one.told()),
                one.state().active());
    }

    private static String note(AlertReport.Shown one) {
        AlertState.Acknowledgement acknowledged = one.alert().acknowledgement();
        if (one.suppression() != null) {
            return one.suppression().reason();
        }
        return acknowledged == null ? "" : "acknowledged by " + acknowledged.by();
    }

    private static String style(AlertReport.Shown one) {
        return switch (one.state()) {
            case FIRING ->
                switch (one.severity()) {
                    case CRITICAL -> "unhealthy";
                    case HIGH, MEDIUM, LOW -> "degraded";
                };
            case ACKNOWLEDGED -> "degraded";
            case PENDING, SILENCED, INHIBITED -> "unknown";
            case RESOLVED -> "healthy";
        };
    }

    private static ReceiverRow row(Outbox.Receiver receiver) {
        boolean failing = receiver.failingSince() != null || receiver.deadSinceDelivery() > 0;
        return new ReceiverRow(
                receiver.name(),
                failing ? "unhealthy" : receiver.deliveredAt() == null ? "unknown" : "healthy",
                failing ? "fails: " + receiver.error() : receiver.deliveredAt() == null ? "not used yet" : "delivers",
                Integer.toString(receiver.queued()),
                Long.toString(receiver.delivered()));
    }

    @POST
    @Path("/{id}/acknowledge")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Uni<RestResponse<String>> acknowledge(
            @RestPath String id, RoutingContext context, @Context SecurityContext caller, String body) {
        ownPage(context);
        return monitor.acknowledge(id, ActingPerson.of(caller, form(body).get("by")))
                .map(_ -> back());
    }

    @POST
    @Path("/{id}/silence")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Uni<RestResponse<String>> silence(
            @RestPath String id, RoutingContext context, @Context SecurityContext caller, String body) {
        ownPage(context);
        Map<String, String> form = form(body);
        AlertReport.Shown shown = monitor.report().find(id);
        if (shown == null) {
            throw ProblemException.notFound("no such alert");
        }
        Instant now = SteadyClock.now();
        Silence silence = new Silence(
                Ids.random(),
                new Selector(
                        List.of(new Glob(shown.alert().finding().key())),
                        Set.of(),
                        List.of(new Glob(shown.alert().target())),
                        Map.of()),
                now,
                now.plus(hours(form.get("hours"))),
                ActingPerson.of(caller, form.get("by")),
                "silenced on the page of alerts");
        return monitor.silence(silence).map(_ -> back());
    }

    private static Duration hours(@Nullable String text) {
        return switch (text == null ? "" : text) {
            case "1" -> Duration.ofHours(1);
            case "4" -> Duration.ofHours(4);
            case "24" -> Duration.ofDays(1);
            default -> throw ProblemException.badRequest("the field hours must be 1, 4 or 24");
        };
    }

    /** Another site's page cannot act here in the name of someone who looks at it. */
    private static void ownPage(RoutingContext context) {
        String site = context.request().getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin")) {
            throw ProblemException.of(403, "this form may be sent from pgvigil's own page only");
        }
    }

    private static RestResponse<String> back() {
        return RestResponse.ResponseBuilder.<String>create(RestResponse.Status.SEE_OTHER)
                .header("Location", "/alerts")
                .build();
    }

    @GET
    @Path("/acknowledge")
    @Operation(hidden = true)
    public Uni<String> linked(
            @RestQuery @Nullable String alert,
            @RestQuery @Nullable String receiver,
            @RestQuery @Nullable String until,
            @RestQuery @Nullable String signature) {
        AcknowledgeLink link = valid(alert, receiver, until, signature);
        AlertReport.Shown shown = monitor.report().find(link.alert());
        boolean fires = shown != null && shown.state().active();
        // A page with a button, because programs that scan mails open every link.
        return executor.make(() -> Templates.acknowledge(
                        fires ? "Acknowledge this alert?" : "Nothing to acknowledge",
                        shown == null
                                ? "The alert is over."
                                : shown.alert().target() + ": " + shown.alert().message(),
                        fires,
                        link,
                        false)
                .render());
    }

    @POST
    @Path("/acknowledge")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Operation(hidden = true)
    public Uni<String> acknowledgeLinked(String body) {
        Map<String, String> form = form(body);
        AcknowledgeLink link = valid(form.get("alert"), form.get("receiver"), form.get("until"), form.get("signature"));
        return monitor.acknowledge(link.alert(), link.receiver())
                .chain(shown -> executor.make(() -> Templates.acknowledge(
                                "Acknowledged",
                                shown.alert().target() + ": " + shown.alert().message(),
                                false,
                                link,
                                false)
                        .render()));
    }

    private AcknowledgeLink valid(
            @Nullable String alert, @Nullable String receiver, @Nullable String until, @Nullable String signature) {
        AlertSettings settings = monitor.settings();
        if (settings != null
                && settings.linkSecret() != null
                && alert != null
                && receiver != null
                && signature != null
                && until != null
                && until.matches("[0-9]{1,11}")) {
            AcknowledgeLink link =
                    new AcknowledgeLink(alert, receiver, Instant.ofEpochSecond(Long.parseLong(until)), signature);
            if (link.valid(settings.linkSecret(), SteadyClock.now())) {
                return link;
            }
        }
        throw ProblemException.of(403, "the link is not valid, or too old");
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new HashMap<>();
        for (String field : body.split("&", 10)) {
            int at = field.indexOf('=');
            if (at > 0) {
                try {
                    form.put(
                            URLDecoder.decode(field.substring(0, at), UTF_8),
                            URLDecoder.decode(field.substring(at + 1), UTF_8));
                } catch (IllegalArgumentException e) {
                    throw ProblemException.badRequest("the form is not encoded as a form is");
                }
            }
        }
        return form;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
