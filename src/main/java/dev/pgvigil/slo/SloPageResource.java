package dev.pgvigil.slo;

import dev.pgvigil.check.HumanFormat;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The page of budgets and burn rates; it needs no script. */
@Path("/slos")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class SloPageResource {

    private static final int MOST = 200;
    private static final int CHART_HEIGHT = 100;

    private final SloMonitor monitor;
    private final RenderExecutor executor;
    private final SloHistory history;

    /** An objective and its targets, those with the smallest budget first. */
    record Section(String name, String title, List<String> windows, List<Row> rows, int more) {}

    /**
     * A target as texts.
     *
     * @param chart link to the charts of budget and burn rate
     * @param status the style of its state
     * @param line the path of the budget that was left over the window, in a box of 100 by 100
     */
    record Row(
            String target,
            String href,
            String chart,
            String status,
            String state,
            String budget,
            String exhausted,
            List<String> rates,
            String coverage,
            String line,
            String summary) {}

    @CheckedTemplate(basePath = "slo")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance slos(
                List<BurnChart> charts,
                List<Section> sections,
                String headline,
                String status,
                String at,
                boolean signedIn);
    }

    SloPageResource(SloMonitor monitor, RenderExecutor executor, SloHistory history) {
        this.history = history;
        this.monitor = monitor;
        this.executor = executor;
    }

    @GET
    @Operation(hidden = true)
    public Uni<String> slos(
            RoutingContext context, @RestQuery @Nullable String slo, @RestQuery @Nullable String target) {
        boolean signedIn = SignedIn.of(context);
        Slo chosen = slo == null ? null : monitor.report().slos().named(slo);
        if (chosen == null || target == null || monitor.objective(chosen.name(), target) == null) {
            return executor.make(() -> page(signedIn, List.of()).render());
        }
        long now = SteadyClock.now().getEpochSecond();
        return history.of(chosen, target, now)
                .chain(past -> executor.make(() ->
                        page(signedIn, BurnChart.of(chosen, target, past, now)).render()));
    }

    private TemplateInstance page(boolean signedIn, List<BurnChart> charts) {
        SloReport report = monitor.report();
        BurnSummary burning = BurnSummary.of(report);
        return Templates.slos(
                charts,
                report.slos().all().stream()
                        .map(slo -> section(slo, report.of(slo)))
                        .toList(),
                headline(burning),
                burning.pages().isEmpty() ? burning.exhausted() > 0 ? "degraded" : "healthy" : "unhealthy",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                signedIn);
    }

    private static String headline(BurnSummary burning) {
        return burning.pages().isEmpty()
                ? burning.exhausted() == 0 ? "No budget burns" : burning.exhausted() + " budgets are exhausted"
                : burning.pages().size() + " of " + HumanFormat.count(burning.objectives(), "budget") + " burn";
    }

    private Section section(Slo slo, List<ObjectiveStatus> statuses) {
        List<String> windows = new ArrayList<>();
        for (Span span : Span.values()) {
            windows.add(span.toString());
        }
        windows.add(slo.window().toString());
        return new Section(
                slo.name(),
                "%s: %s over %s".formatted(slo.name(), promise(slo), slo.window()),
                windows,
                statuses.stream()
                        .sorted(SloView.worstFirst())
                        .limit(MOST)
                        .map(this::row)
                        .toList(),
                Math.max(0, statuses.size() - MOST));
    }

    private static String promise(Slo slo) {
        String ratio = number(slo.ratio() * 100) + " %";
        String threshold = slo.threshold() == null
                ? ""
                : HumanFormat.milliseconds((double) slo.threshold().toMillis());
        return switch (slo.indicator()) {
            case AVAILABILITY -> ratio + " available";
            case LATENCY -> ratio + " of heartbeats within " + threshold;
            case QUERY_SUCCESS -> ratio + " of queries succeed";
            case REPLICATION_FRESHNESS -> ratio + " with data at most " + threshold + " old";
            case CUSTOM_SQL -> ratio + " with " + slo.goal();
        };
    }

    private Row row(ObjectiveStatus status) {
        Burn burn = status.burn();
        double exhausted = burn.exhaustedIn(status.slo());
        List<String> rates = new ArrayList<>();
        for (Span span : Span.values()) {
            rates.add(number(burn.rate(span)));
        }
        rates.add(number(burn.spent()));
        String budget = HumanFormat.percent(burn.remaining());
        return new Row(
                status.target().name(),
                "/database?name=" + encoded(status.target().name()),
                "/slos?slo=" + encoded(status.slo().name()) + "&target="
                        + encoded(status.target().name()) + "#burn",
                style(status),
                status.text(),
                burn.counts().excluded() > 0
                        ? budget + " (" + HumanFormat.percent(burn.rawRemaining()) + " with maintenance)"
                        : budget,
                Double.isFinite(exhausted) ? HumanFormat.seconds(exhausted) : HumanFormat.UNKNOWN,
                rates,
                HumanFormat.percent(burn.coverage(Span.H1)),
                line(status),
                "budget left over " + status.slo().window() + ", now " + budget);
    }

    private static String style(ObjectiveStatus status) {
        return switch (status.text()) {
            case "page" -> "unhealthy";
            case "exhausted", "ticket" -> "degraded";
            case "uncovered" -> "unknown";
            case String other -> "healthy";
        };
    }

    /** The budget that was left after each part of the window; what is older than the window is not subtracted. */
    private String line(ObjectiveStatus status) {
        Slo slo = status.slo();
        Objective objective = monitor.objective(slo.name(), status.target().name());
        List<Objective.Part> parts = objective == null ? List.of() : objective.parts();
        double budget = slo.budget() * slo.window().seconds();
        StringBuilder path = new StringBuilder("M0 0");
        double bad = 0;
        for (int i = 0; i < parts.size(); i++) {
            bad += parts.get(i).counts().bad();
            double y = Math.min(1, bad / budget) * CHART_HEIGHT;
            path.append(String.format(Locale.ROOT, "L%.1f %.1f", (i + 1) * 100.0 / parts.size(), y));
        }
        return path.toString();
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, value < 100 ? "%.3f" : "%.1f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
