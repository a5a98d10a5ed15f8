package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pages as the server makes them, which is what is read without scripts. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class PagesTest {

    private static final Pattern ASSET = Pattern.compile("(?:src|rel=\"(?:icon|stylesheet)\"[^>]*href)=\"([^\"]+)\"");
    private static final Pattern LINK = Pattern.compile("<a [^>]*href=\"([^\"#]+)\"");
    private static final Pattern ROW = Pattern.compile("<tr role=\"row\" data-key=\"([^\"]*)\"");

    @Inject
    Fleet fleet;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    @BeforeEach
    void fill() {
        show(SampleFleet.mixed());
    }

    @AfterEach
    void empty() {
        show(SampleFleet.nothing());
    }

    /** Each change makes a page anew. */
    private void show(SampleFleet made) {
        made.into(fleet, new FleetEvent.Added(Instant.now(), "any"));
    }

    @Test
    void listsWorstTargetsFirst() {
        String page = page("/");
        assertThat(rows(page)).containsExactly("archive", "orders", "quiet", "young", "shop");
        assertThat(page)
                .contains("1 unhealthy, 1 degraded, 2 unknown of 5 databases")
                .contains("<title>1 unhealthy, 1 degraded, 2 unknown – pgvigil</title>")
                .contains("href=\"/icon-unhealthy.svg\"")
                .contains("<b>connections run out</b>: 85 of 100 connections are in use")
                .contains("not checked yet")
                .contains("no data for");
    }

    @Test
    void everyTargetLinksToItsPage() {
        for (String row : rows(page("/"))) {
            assertThat(page("/database?name=" + row)).contains("<h1>" + row + "</h1>");
        }
    }

    @Test
    void filtersByTextStatusAndRegion() {
        assertThat(rows(page("/?q=ORD"))).containsExactly("orders");
        assertThat(rows(page("/?q=team:pay"))).hasSize(5);
        assertThat(rows(page("/?q=connections%20run"))).containsExactly("orders");
        assertThat(rows(page("/?status=unknown"))).containsExactly("quiet", "young");
        assertThat(rows(page("/?status=unknown&region=us-east-1"))).containsExactly("quiet");
        assertThat(page("/?q=nothing-like-it")).contains("No database matches the filter (total: 5)");
        assertThat(page("/?status=unknown&q=qui"))
                .contains("<input type=\"hidden\" name=\"status\" value=\"unknown\">")
                .contains("href=\"/?q=qui\"")
                .contains("aria-current=\"true\"");
    }

    @Test
    void splitsManyTargetsIntoPages() {
        show(SampleFleet.named(
                IntStream.range(0, 612).mapToObj(i -> "n%04d".formatted(i)).toList()));
        String first = page("/");
        assertThat(rows(first)).hasSize(100).startsWith("n0000").endsWith("n0099");
        assertThat(first)
                .contains("All 612 databases are healthy", "1–100 of 612", "<table class=\"fleet dense\"")
                .contains("rel=\"next\" href=\"/?page=2\"")
                .doesNotContain("rel=\"prev\"");
        String second = page("/?page=2");
        assertThat(rows(second)).hasSize(100).startsWith("n0100");
        assertThat(second).contains("101–200 of 612", "href=\"/?page=3\"", "rel=\"prev\" href=\"/\"");
        String last = page("/?page=99");
        assertThat(rows(last)).hasSize(12).startsWith("n0600");
        assertThat(last).contains("601–612 of 612", "href=\"/?page=6\"").doesNotContain("rel=\"next\"", "fleet dense");
        assertThat(rows(page("/?q=n069"))).isEmpty();
        assertThat(page("/?q=n03&region=eu-west-1")).doesNotContain("rel=\"next\"");
        assertThat(unescaped(page("/?q=n&status=healthy&sort=name&page=2")))
                .contains("href=\"/?q=n&status=healthy&sort=name&page=3\"")
                .contains("href=\"/?q=n&status=healthy&sort=heartbeat\"")
                .contains("href=\"/?q=n&sort=name\"")
                .contains("<input type=\"hidden\" name=\"sort\" value=\"name\">");
    }

    @Test
    void sortsByColumns() {
        String page = page("/");
        assertThat(page)
                .contains("aria-sort=\"descending\"><a href=\"/\">Status</a>")
                .contains("Monitored databases, worst first");
        assertThat(Pattern.compile("aria-sort").matcher(page).results()).hasSize(1);
        String byName = page("/?sort=name");
        assertThat(rows(byName)).containsExactly("archive", "orders", "quiet", "shop", "young");
        assertThat(byName)
                .contains("aria-sort=\"ascending\"><a href=\"/?sort=name\">Database</a>")
                .contains("Monitored databases, by name");
        for (String sort : List.of("region", "role", "heartbeat")) {
            assertThat(page("/?sort=" + sort)).contains("aria-sort=", "href=\"/?sort=" + sort + "\">");
        }
    }

    @Test
    void ignoresUnknownAndMissingParameters() {
        List<String> all = rows(page("/"));
        for (String query : List.of(
                "utm_source=mail&fbclid=1",
                "status=odd",
                "status=",
                "q=&region=&sort=&page=",
                "sort=<b>",
                "page=0",
                "page=-1",
                "page=x",
                "page=99999999999",
                "status=&status=odd")) {
            Response answer = TokenProfile.with().urlEncodingEnabled(true).get("/?" + query);
            assertThat(answer.statusCode()).as(query).isEqualTo(200);
            assertThat(rows(answer.asString())).as(query).isEqualTo(all);
        }
        assertThat(page("/database?name=shop&utm_source=mail")).contains("<h1>shop</h1>");
        assertThat(TokenProfile.with()
                        .redirects()
                        .follow(false)
                        .get("/database?name=")
                        .header("Location"))
                .endsWith("/");
        assertThat(TokenProfile.with().get("/api/v1/fleet?utm_source=mail").statusCode())
                .isEqualTo(400);
    }

    @Test
    void unknownPathLinksToFleet() {
        for (String accept : List.of("text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")) {
            Response answer = TokenProfile.with().accept(accept).get("/nope");
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.contentType()).startsWith("text/html");
            assertThat(answer.asString())
                    .contains("No page at <q>/nope</q>", "<a href=\"/\">All databases</a>", "/style.css")
                    .doesNotContain("page.js", "http-equiv=\"refresh\"", "id=\"state\"");
        }
        for (String accept : List.of("application/json", "*/*", "application/json,text/html;q=0.9", ";;,=/html")) {
            Response answer = TokenProfile.with().accept(accept).get("/nope");
            assertThat(answer.statusCode()).as(accept).isEqualTo(404);
            assertThat(answer.contentType()).as(accept).startsWith("application/problem+json");
        }
        String hostile = RawHttp.ask(
                service.getPort(),
                "GET /nope'&lt;b%3Cscript%3E HTTP/1.1",
                "Host: localhost",
                "Accept: text/html",
                "Authorization: Bearer " + TokenProfile.TOKEN);
        assertThat(hostile).startsWith("HTTP/1.1 404").contains("<q>/nope&#39;&amp;lt;b%3Cscript%3E</q>");
    }

    @Test
    void showsAllDataOfDatabase() {
        String page = page("/database?name=orders")
                + page("/database?name=orders&tab=activity")
                + page("/database?name=orders&tab=connections")
                + page("/database?name=orders&tab=checks");
        assertThat(page)
                .contains("<title>orders: degraded – pgvigil</title>")
                .contains("degraded for 60 min", "db2:5432", "18.4", "eu-west-1", "payments")
                // the finding, its evidence and what to do
                .contains(
                        "<h3>connections run out</h3>", "85 of 100 connections are in use", "connections.degraded 80 %")
                .contains("a pool without a bound", "bound the pools of the applications")
                .contains("select application_name, count(*) from pg_stat_activity group by 1")
                .contains("<th scope=\"col\">application</th>", "<td>shop &lt;b&gt;web&lt;/b&gt;</td>")
                // locks from the last look that was answered, and why there is no newer
                .contains("pid 4711", "pid 4712", "waits 3.5 s for AccessExclusiveLock on orders")
                .contains("timeout: canceling statement due to statement timeout")
                // connections, charts, checks
                .contains("85 of 97 ordinary slots in use (87.6 %)")
                .contains("skipped: pg_stat_statements is not installed")
                .contains("href=\"/api/v1/databases/orders/history\"");
        assertThat(page("/database?name=archive&tab=checks")).contains("connect: Connection refused");
        assertThat(page("/database?name=young") + page("/database?name=young&tab=activity"))
                .contains("not checked yet", "no connection data in the last ", "No current data")
                .doesNotContain("NaN", "No statement, idle", "No open findings");
    }

    @Test
    void showsOnlyPanelsOfOpenTab() {
        String overview = page("/database?name=orders");
        String activity = page("/database?name=orders&tab=activity");
        assertThat(tabs(overview))
                .containsExactly(
                        "Overview",
                        "Activity",
                        "Connections",
                        "Queries",
                        "Maintenance",
                        "Replication",
                        "Storage",
                        "Schema",
                        "Migrations",
                        "Tenants",
                        "Advice",
                        "Checks");
        assertThat(overview)
                .contains("aria-selected=\"true\" aria-controls=\"overview\">Overview</a>", "id=\"findings\"")
                .contains("href=\"/database?name=orders&amp;tab=activity\"")
                .doesNotContain("id=\"locks\"", "id=\"use\"", "id=\"passes\"");
        assertThat(activity)
                .contains(
                        "aria-selected=\"true\" aria-controls=\"activity\">Activity</a>", "id=\"locks\"", "id=\"work\"")
                .contains("href=\"/database?name=orders\"")
                .doesNotContain("id=\"findings\"", "id=\"use\"", "<figure", "id=\"passes\"");
        // A tab that is not there.
        for (String tab : List.of("odd", "", "%3Cb%3E")) {
            assertThat(page("/database?name=orders&tab=" + tab)).contains("aria-controls=\"overview\"");
        }
    }

    private static List<String> tabs(String page) {
        return Pattern.compile("<a role=\"tab\"[^>]*>([^<]*)</a>")
                .matcher(page)
                .results()
                .map(tab -> tab.group(1))
                .toList();
    }

    @Test
    void tabOfAdviceShowsIgnoredFindingsWithReasonAndEnd() {
        String advice = page("/database?name=orders&tab=advice");

        assertThat(advice)
                .contains(
                        "No advice.",
                        "an index is not used",
                        "&lt;b&gt;",
                        "dropped with release 7",
                        "2027-04-01 00:00 UTC")
                .doesNotContain("connections run out");
        assertThat(page("/database?name=orders"))
                .contains("connections run out")
                .doesNotContain("dropped with release 7");
    }

    @Test
    void unknownDatabaseReturnsNotFoundWithLinkToFleet() {
        Response answer = TokenProfile.with().accept("text/html").get("/database?name=%3Cb%3Enope");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.contentType()).startsWith("text/html");
        assertThat(answer.asString()).contains("&lt;b&gt;nope", "href=\"/\"").doesNotContain("<b>nope");
    }

    @Test
    void escapesNames() {
        show(SampleFleet.named(SampleFleet.HOSTILE));
        String fleetPage = page("/");
        assertThat(fleetPage).doesNotContain("<script>");
        List<String> links = LINK.matcher(fleetPage)
                .results()
                .map(link -> link.group(1))
                .filter(link -> link.startsWith("/database"))
                .toList();
        assertThat(links).hasSize(SampleFleet.HOSTILE.size()).allMatch(link -> link.matches("[\\x21-\\x7E]+"));
        List<String> titles = links.stream()
                .map(PagesTest::page)
                .peek(page -> assertThat(page).doesNotContain("<script>alert"))
                .map(page -> page.replaceAll("(?s).*<h1>(.*?)</h1>.*", "$1"))
                .map(PagesTest::unescaped)
                .toList();
        assertThat(titles).containsExactlyInAnyOrderElementsOf(SampleFleet.HOSTILE);
    }

    @Test
    void everyAssetAndLinkExists() {
        for (String path : List.of(
                "/",
                "/database?name=orders",
                "/database?name=orders&tab=activity",
                "/database?name=orders&tab=connections",
                "/database?name=orders&tab=checks",
                "/database?name=nope")) {
            String page = TokenProfile.with().get(path).asString();
            List<String> linked = Stream.of(ASSET, LINK)
                    .flatMap(pattern -> pattern.matcher(page).results())
                    .map(hit -> unescaped(hit.group(1)))
                    .distinct()
                    .toList();
            assertThat(linked).as(path).contains("/style.css", "/page.js", "/theme.js");
            linked.forEach(
                    address -> assertThat(TokenProfile.with().get(address).statusCode())
                            .as(address)
                            .isEqualTo(200));
        }
        for (String status : List.of("healthy", "degraded", "unhealthy", "unknown")) {
            assertThat(TokenProfile.with().get("/icon-" + status + ".svg").contentType())
                    .startsWith("image/svg+xml");
        }
    }

    @Test
    void withoutScriptsPageShowsTimeAndReloadLink() {
        for (String path : List.of("/", "/?q=ord&status=degraded", "/database?name=orders")) {
            assertThat(page(path))
                    .containsPattern("As of [^<]*[0-9]{2}:[0-9]{2}[^<]* <a class=\"unscripted\" href=\"\">Reload</a>")
                    .doesNotContain("http-equiv", "<script>", " style=", " onclick=");
        }
    }

    @Test
    void withoutScriptsEmptyFilterShowsAll() {
        assertThat(page("/?q=ord"))
                .containsPattern("<input id=\"q\"[^>]* value=\"ord\"")
                .doesNotContainPattern("<input id=\"q\"[^>]* required");
        assertThat(rows(page("/?q="))).isEqualTo(rows(page("/")));
    }

    @Test
    void compressesOnlyForClientsThatAcceptGzip() {
        Response packed = TokenProfile.with().get("/");
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.header("Vary")).contains("Accept-Encoding");
        String plain = RawHttp.ask(
                service.getPort(), "GET / HTTP/1.1", "Host: localhost", "Authorization: Bearer " + TokenProfile.TOKEN);
        assertThat(plain).doesNotContainIgnoringCase("content-encoding").contains("<!doctype html>");
        assertThat(rows(packed.asString())).isEqualTo(rows(plain)).isNotEmpty();
    }

    private static String page(String path) {
        Response answer = TokenProfile.with().get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.asString();
    }

    private static List<String> rows(String page) {
        return ROW.matcher(page).results().map(row -> row.group(1)).toList();
    }

    private static String unescaped(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
