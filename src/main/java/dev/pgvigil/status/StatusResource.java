package dev.pgvigil.status;

import dev.pgvigil.check.Status;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The public status page and its feeds: names of components, their states and incidents, and nothing else. 404 unless enabled. */
@Path("/")
@NonBlocking
public final class StatusResource {

    private static final double LOW = 0.99;
    private static final int INCIDENTS = 20;

    private final StatusMonitor monitor;
    private final RenderExecutor executor;
    /** The page of one report, for all who look at it within a second. */
    private final AtomicReference<Rendered> rendered = new AtomicReference<>();

    private record Rendered(StatusMonitor.Report report, String html) {}

    /** A component as texts. */
    record Row(String name, String style, String state, String uptime, List<Bar> days) {}

    /** A day as a bar. */
    record Bar(String style, String title) {}

    /** An incident as texts. */
    record Incident(String component, String begin, String end) {}

    @CheckedTemplate(basePath = "status")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance status(
                String title, String headline, String status, List<Row> rows, List<Incident> incidents, String at);
    }

    StatusResource(StatusMonitor monitor, RenderExecutor executor) {
        this.monitor = monitor;
        this.executor = executor;
    }

    @GET
    @Path("status")
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Uni<String> status() {
        StatusPage page = enabled();
        StatusMonitor.Report report = monitor.report();
        Rendered known = rendered.get();
        if (known != null && known.report().equals(report)) {
            return Uni.createFrom().item(known.html());
        }
        return executor.make(() -> {
            Rendered made = new Rendered(report, page(page, report).render());
            rendered.set(made);
            return made.html();
        });
    }

    @GET
    @Path("status.json")
    @Produces("application/feed+json")
    @Operation(hidden = true)
    public String json() {
        return StatusFeeds.json(enabled(), monitor.report());
    }

    @GET
    @Path("status.atom")
    @Produces("application/atom+xml")
    @Operation(hidden = true)
    public String atom() {
        return StatusFeeds.atom(enabled(), monitor.report());
    }

    private StatusPage enabled() {
        StatusPage page = monitor.page();
        if (!page.enabled()) {
            throw ProblemException.notFound("there is no status page: status-page.enabled is off");
        }
        return page;
    }

    private static TemplateInstance page(StatusPage page, StatusMonitor.Report report) {
        return Templates.status(
                page.title(),
                headline(report.worst()),
                lower(report.worst()),
                report.components().stream().map(StatusResource::row).toList(),
                report.components().stream()
                        .flatMap(line -> line.incidents().stream()
                                .map(one -> new Incident(
                                        line.component().name(),
                                        shown(one.begin()),
                                        one.end() == null ? "lasts" : shown(one.end()))))
                        .sorted((one, other) -> other.begin().compareTo(one.begin()))
                        .limit(INCIDENTS)
                        .toList(),
                shown(report.at()));
    }

    private static Row row(StatusMonitor.Line line) {
        double known =
                line.days().stream().mapToDouble(ComponentHistory.Day::known).sum();
        double bad = line.days().stream()
                .mapToDouble(ComponentHistory.Day::unhealthy)
                .sum();
        return new Row(
                line.component().name(),
                lower(line.status()),
                state(line.status()),
                known == 0 ? "not known" : percent(1 - bad / known),
                line.days().stream().map(StatusResource::bar).toList());
    }

    private static Bar bar(ComponentHistory.Day day) {
        if (day.known() == 0) {
            return new Bar("unknown", day.date() + ": not known");
        }
        double uptime = day.uptime();
        String style = uptime < LOW ? "unhealthy" : uptime < 1 ? "degraded" : "healthy";
        return new Bar(style, day.date() + ": " + percent(uptime));
    }

    /** Rounded down: what was not always up is never shown as 100 %. */
    private static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.2f %%", Math.floor(ratio * 10_000) / 100);
    }

    private static String headline(Status worst) {
        return switch (worst) {
            case HEALTHY -> "Everything works";
            case DEGRADED -> "Something is slow or at risk";
            case UNHEALTHY -> "Something does not work";
            case UNKNOWN -> "Not known at the moment";
        };
    }

    private static String state(Status status) {
        return switch (status) {
            case HEALTHY -> "works";
            case DEGRADED -> "degraded";
            case UNHEALTHY -> "does not work";
            case UNKNOWN -> "not known";
        };
    }

    private static String lower(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    private static String shown(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
