package dev.pgvigil.alert;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;

/** The pages of incidents, without scripts. */
@Path("/incidents")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class IncidentsPageResource {

    private final AlertMonitor monitor;
    private final RenderExecutor executor;

    /** An incident as texts. */
    record Row(
            String id,
            String style,
            String state,
            String severity,
            String server,
            String title,
            String begin,
            String lasted,
            String alerts) {

        static Row of(Incident incident, Instant now) {
            Instant end = incident.end() == null ? now : incident.end();
            return new Row(
                    incident.id(),
                    incident.open() ? incident.severity() == Severity.CRITICAL ? "unhealthy" : "degraded" : "healthy",
                    incident.open() ? "open" : "ended",
                    lower(incident.severity()),
                    incident.server(),
                    incident.title(),
                    time(incident.begin()),
                    HumanFormat.seconds(
                            Math.max(0, Duration.between(incident.begin(), end).toMillis() / 1e3)),
                    Integer.toString(incident.alerts().size()));
        }
    }

    /** An entry of the timeline as texts. */
    record Line(String at, String kind, String text, String by) {}

    /** A cost as texts. */
    record CostRow(String target, String objective, String bad, String share) {}

    @CheckedTemplate(basePath = "alert")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance incidents(
                List<Row> rows, String headline, String status, String at, boolean signedIn);

        static native TemplateInstance incident(
                Row row, List<Line> timeline, List<CostRow> costs, String at, boolean signedIn);
    }

    IncidentsPageResource(AlertMonitor monitor, RenderExecutor executor) {
        this.monitor = monitor;
        this.executor = executor;
    }

    @GET
    @Operation(hidden = true)
    public Uni<String> incidents(RoutingContext context) {
        boolean signedIn = SignedIn.of(context);
        return executor.make(() -> {
            Instant now = SteadyClock.now();
            List<Row> rows =
                    monitor.incidents().stream().map(one -> Row.of(one, now)).toList();
            long open = monitor.incidents().stream().filter(Incident::open).count();
            return Templates.incidents(
                            rows,
                            open == 0 ? "No incident is open" : HumanFormat.count(open, "incident") + " open",
                            open == 0 ? "healthy" : "unhealthy",
                            time(SteadyClock.shown(now)),
                            signedIn)
                    .render();
        });
    }

    @GET
    @Path("/{id}")
    @Operation(hidden = true)
    public Uni<String> incident(@RestPath String id, RoutingContext context) {
        boolean signedIn = SignedIn.of(context);
        Incident incident = IncidentsResource.find(monitor, id);
        return executor.make(() -> Templates.incident(
                        Row.of(incident, SteadyClock.now()),
                        incident.timeline().stream()
                                .map(one -> new Line(
                                        time(SteadyClock.shown(one.at())),
                                        lower(one.kind()),
                                        one.text(),
                                        one.by() == null ? "" : one.by()))
                                .toList(),
                        incident.costs().values().stream()
                                .map(one -> new CostRow(
                                        one.target(),
                                        one.objective(),
                                        HumanFormat.seconds((double) one.badSeconds()),
                                        String.format(Locale.ROOT, "%.1f %%", one.share() * 100)))
                                .toList(),
                        time(SteadyClock.shown(SteadyClock.now())),
                        signedIn)
                .render());
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
