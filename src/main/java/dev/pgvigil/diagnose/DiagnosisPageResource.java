package dev.pgvigil.diagnose;

import dev.pgvigil.diagnose.DiagnosticsView.Step;
import dev.pgvigil.diagnose.DiagnosticsView.StepResult;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.TargetState;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The page that diagnoses the connectivity of one database; it needs no script. */
@Path("/database/diagnosis")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class DiagnosisPageResource {

    private final Fleet fleet;
    private final Diagnostics diagnostics;

    /** A step as texts; {@code cause}, {@code action} and {@code sql} are empty where there is nothing to do. */
    record Row(String step, String result, String took, String message, String cause, String action, String sql) {

        static Row of(Step step) {
            return new Row(
                    lower(step.step()),
                    lower(step.result()),
                    step.tookMs() == null ? "" : String.format(Locale.ROOT, "%.1f ms", step.tookMs()),
                    step.message(),
                    text(step.cause()),
                    text(step.action()),
                    text(step.sql()));
        }

        private static String text(@Nullable String text) {
            return text == null ? "" : text;
        }
    }

    @CheckedTemplate(basePath = "diagnose")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance diagnosis(
                DiagnosticsView view, List<Row> rows, String headline, String back, String api, boolean signedIn);
    }

    DiagnosisPageResource(Fleet fleet, Diagnostics diagnostics) {
        this.fleet = fleet;
        this.diagnostics = diagnostics;
    }

    /** Without the name of a monitored database, redirects to a page that says so. */
    @GET
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> diagnosis(@RestQuery @Nullable String name, RoutingContext context) {
        TargetState target = name == null ? null : fleet.snapshot().targets().get(name);
        if (target == null) {
            String page = name == null || name.isEmpty() ? "/" : "/database?name=" + encoded(name);
            return Uni.createFrom().item(RestResponse.seeOther(URI.create(page)));
        }
        boolean signedIn = SignedIn.of(context);
        return diagnostics.of(target.target()).map(view -> RestResponse.ok(page(view, signedIn)));
    }

    private static TemplateInstance page(DiagnosticsView view, boolean signedIn) {
        return Templates.diagnosis(
                view,
                view.steps().stream().map(Row::of).toList(),
                headline(view),
                "/database?name=" + encoded(view.databaseName()),
                "/api/v1/databases/" + encoded(view.databaseName()) + "/diagnostics",
                signedIn);
    }

    private static String headline(DiagnosticsView view) {
        if (view.result() == StepResult.OK) {
            return "a session answers";
        }
        return view.failedStep() == null ? "no session could be tried" : "failed at step " + lower(view.failedStep());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
