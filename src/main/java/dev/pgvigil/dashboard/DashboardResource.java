package dev.pgvigil.dashboard;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Tab;
import dev.pgvigil.history.History;
import dev.pgvigil.http.SignedIn;
import dev.pgvigil.self.Self;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** The pages: the fleet, one database, and the API's documentation. */
@Path("/")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class DashboardResource {

    private final Fleet fleet;
    private final History history;
    private final Catalogue catalogue;
    private final CauseAnalysis causes;
    private final Panels panels;
    private final Self self;
    private final PageRenderer renderer;

    @CheckedTemplate(basePath = "dashboard")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance fleet(FleetPage page, boolean signedIn);

        static native TemplateInstance database(DatabasePage page, boolean signedIn);

        static native TemplateInstance missing(String name, boolean signedIn);

        static native TemplateInstance docs();
    }

    DashboardResource(
            Fleet fleet,
            History history,
            Catalogue catalogue,
            CauseAnalysis causes,
            Panels panels,
            Self self,
            PageRenderer renderer) {
        this.fleet = fleet;
        this.history = history;
        this.catalogue = catalogue;
        this.causes = causes;
        this.panels = panels;
        this.self = self;
        this.renderer = renderer;
    }

    /**
     * The fleet. Unknown parameters are ignored, because other services add parameters to links.
     *
     * @param q text of a target
     */
    @GET
    @Operation(hidden = true)
    public Uni<RestResponse<Buffer>> fleet(
            @RestQuery @Nullable String q,
            @RestQuery @Nullable String status,
            @RestQuery @Nullable String region,
            @RestQuery @Nullable String sort,
            @RestQuery @Nullable String page,
            @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @Nullable String encodings,
            RoutingContext context) {
        boolean signedIn = SignedIn.of(context);
        FleetQuery choice = FleetQuery.of(FleetFilter.of(q, status, region), sort, page);
        Check<?> heartbeat = catalogue.check(HeartbeatResult.CHECK);
        return renderer.page(
                        named(choice.href(), signedIn),
                        () -> Templates.fleet(FleetPage.of(fleetView(), choice, history, heartbeat, note()), signedIn))
                .map(rendered -> answer(RestResponse.Status.OK, rendered, encodings));
    }

    /** One tab of one database; redirects to the fleet without a name. */
    @GET
    @Path("database")
    @Operation(hidden = true)
    public Uni<RestResponse<Buffer>> database(
            @RestQuery @Nullable String name,
            @RestQuery @Nullable String tab,
            @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @Nullable String encodings,
            RoutingContext context) {
        if (name == null || name.isEmpty()) {
            return Uni.createFrom().item(RestResponse.seeOther(URI.create("/")));
        }
        boolean known = fleet.snapshot().targets().containsKey(name);
        boolean signedIn = SignedIn.of(context);
        Tab chosen = TextFormat.constant(Tab.class, tab);
        Tab open = chosen == null ? Tab.OVERVIEW : chosen;
        return renderer.page(named(Href.database(name, open), signedIn), () -> page(name, open, signedIn))
                .map(rendered ->
                        answer(known ? RestResponse.Status.OK : RestResponse.Status.NOT_FOUND, rendered, encodings));
    }

    @GET
    @Path("docs")
    @Operation(hidden = true)
    public TemplateInstance docs() {
        return Templates.docs();
    }

    /** A page is rendered once for all users who are signed in and once for all others. */
    private static String named(String address, boolean signedIn) {
        return signedIn ? address + " signed in" : address;
    }

    private TemplateInstance page(String name, Tab open, boolean signedIn) {
        PointInTimeView fleetView = fleetView();
        TargetState state = fleetView.snapshot().targets().get(name);
        return state == null
                ? Templates.missing(name, signedIn)
                : Templates.database(
                        DatabasePage.of(
                                state,
                                fleetView,
                                catalogue,
                                causes,
                                panels,
                                open,
                                history.of(state.target().server()),
                                history.window(fleetView.now()),
                                note()),
                        signedIn);
    }

    private PointInTimeView fleetView() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }

    private String note() {
        return StaleBanner.note(self.vitals().silence());
    }

    private static RestResponse<Buffer> answer(
            RestResponse.Status status, RenderedPage rendered, @Nullable String encodings) {
        boolean compressed = encodings != null && encodings.contains("gzip");
        ResponseBuilder<Buffer> answer = ResponseBuilder.create(
                        status, compressed ? rendered.compressed() : rendered.plain())
                .header(HttpHeaders.CONTENT_TYPE, "text/html;charset=UTF-8")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        return compressed ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").build() : answer.build();
    }
}
