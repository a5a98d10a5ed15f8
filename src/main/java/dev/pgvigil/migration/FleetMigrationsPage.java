package dev.pgvigil.migration;

import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The page that compares the versions of the schemas of all databases; it needs no script. */
@Path("/migrations")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class FleetMigrationsPage {

    /** Names shown for one version. */
    private static final int MOST_NAMES = 50;

    private final Fleet fleet;

    /** A history as texts. */
    record Group(String title, boolean uniform, List<Row> rows) {}

    /** A version; {@code more} is the number of databases that are not listed. */
    record Row(String version, int count, List<Link> databases, int more) {}

    /** A database; {@code mark} if its history is not as it should be. */
    record Link(String name, String href, boolean mark) {}

    @CheckedTemplate(basePath = "migration")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance migrations(
                List<Group> groups, String at, int without, int unknown, boolean signedIn);
    }

    FleetMigrationsPage(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(hidden = true)
    public TemplateInstance page(RoutingContext context) {
        FleetMigrations compared = FleetMigrations.of(new PointInTimeView(fleet.snapshot(), SteadyClock.now()));
        return Templates.migrations(
                compared.histories().stream().map(FleetMigrationsPage::group).toList(),
                String.valueOf(compared.timestamp().truncatedTo(ChronoUnit.SECONDS)),
                compared.without().size(),
                compared.unknown().size(),
                SignedIn.of(context));
    }

    private static Group group(FleetMigrations.History history) {
        return new Group(
                history.tool() + ", " + history.table(),
                history.uniform(),
                history.versions().stream().map(FleetMigrationsPage::row).toList());
    }

    private static Row row(FleetMigrations.Version version) {
        List<Link> links = version.databases().stream()
                .limit(MOST_NAMES)
                .map(name -> new Link(
                        name,
                        "/database?tab=migrations&name="
                                + URLEncoder.encode(name, StandardCharsets.UTF_8)
                                        .replace("+", "%20"),
                        version.notOk().contains(name)))
                .toList();
        return new Row(
                version.version() == null ? "none" : version.version(),
                version.count(),
                links,
                version.count() - links.size());
    }
}
