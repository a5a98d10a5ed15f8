package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Guarded;
import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.watch.Change;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.HandMade;
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
import org.junit.jupiter.api.Test;

/** The pages as the server makes them, which is what is read without scripts. */
@QuarkusTest
@TestProfile(Guarded.class)
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
        show(HandMade.mixed());
    }

    @AfterEach
    void empty() {
        show(HandMade.nothing());
    }

    /** Each change makes a page anew. */
    private void show(HandMade made) {
        made.into(fleet, new Change.Added(Instant.now(), "any"));
    }

    @Test
    void theFleetIsListedWorstFirst() {
        String page = page("/");
        assertThat(rows(page)).containsExactly("archive", "orders", "quiet", "young", "shop");
        assertThat(page)
                .contains("1 unhealthy, 1 degraded, 2 unknown of 5 databases")
                .contains("<title>1 unhealthy, 1 degraded, 2 unknown – pgvigil</title>")
                .contains("href=\"/icon-unhealthy.svg\"")
                .contains("<b>connections run out</b>")
                .contains("not asked yet")
                .contains("no news for");
    }

    @Test
    void everyTargetLeadsToItsPage() {
        for (String row : rows(page("/"))) {
            assertThat(page("/database?name=" + row)).contains("<h1>" + row + "</h1>");
        }
    }

    @Test
    void theFleetIsFilteredByTextStatusAndRegion() {
        assertThat(rows(page("/?q=ORD"))).containsExactly("orders");
        assertThat(rows(page("/?q=team:pay"))).hasSize(5);
        assertThat(rows(page("/?q=connections%20run"))).containsExactly("orders");
        assertThat(rows(page("/?status=unknown"))).containsExactly("quiet", "young");
        assertThat(rows(page("/?status=unknown&region=us-east-1"))).containsExactly("quiet");
        assertThat(page("/?q=nothing-like-it")).contains("None of 5 matches");
        assertThat(page("/?status=unknown&q=qui"))
                .contains("<input type=\"hidden\" name=\"status\" value=\"unknown\">")
                .contains("href=\"/?q=qui\"")
                .contains("aria-current=\"true\"");
        assertThat(Guarded.with().get("/?status=odd").statusCode()).isEqualTo(400);
    }

    @Test
    void hundredsOfTargetsAreListedAndTheRestIsCounted() {
        show(HandMade.named(
                IntStream.range(0, 700).mapToObj(i -> "n%04d".formatted(i)).toList()));
        String page = page("/");
        assertThat(rows(page)).hasSize(500);
        assertThat(page).contains("200 more match").contains("All 700 databases are healthy");
        assertThat(rows(page("/?q=n069"))).hasSize(10);
    }

    @Test
    void aDatabaseShowsAllThatIsKnownOfIt() {
        String page = page("/database?name=orders");
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
                .contains("not asked: pg_stat_statements is not installed")
                .contains("href=\"/api/v1/databases/orders/history\"");
        assertThat(page("/database?name=archive")).contains("connect: Connection refused");
        assertThat(page("/database?name=young"))
                .contains("not asked yet", "no connections were observed in the last ")
                .doesNotContain("NaN");
    }

    @Test
    void anUnknownDatabaseIsNotFoundAndTheWayBackIsShown() {
        Response answer = Guarded.with().accept("text/html").get("/database?name=%3Cb%3Enope");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.contentType()).startsWith("text/html");
        assertThat(answer.asString()).contains("&lt;b&gt;nope", "href=\"/\"").doesNotContain("<b>nope");
    }

    @Test
    void namesMayHoldAnything() {
        show(HandMade.named(HandMade.HOSTILE));
        String fleetPage = page("/");
        assertThat(fleetPage).doesNotContain("<script>");
        List<String> links = LINK.matcher(fleetPage)
                .results()
                .map(link -> link.group(1))
                .filter(link -> link.startsWith("/database"))
                .toList();
        assertThat(links).hasSize(HandMade.HOSTILE.size()).allMatch(link -> link.matches("[\\x21-\\x7E]+"));
        List<String> titles = links.stream()
                .map(PagesTest::page)
                .peek(page -> assertThat(page).doesNotContain("<script>alert"))
                .map(page -> page.replaceAll("(?s).*<h1>(.*?)</h1>.*", "$1"))
                .map(PagesTest::unescaped)
                .toList();
        assertThat(titles).containsExactlyInAnyOrderElementsOf(HandMade.HOSTILE);
    }

    @Test
    void everyAssetAndLinkAnswers() {
        for (String path : List.of("/", "/database?name=orders", "/database?name=nope")) {
            String page = Guarded.with().get(path).asString();
            List<String> linked = Stream.of(ASSET, LINK)
                    .flatMap(pattern -> pattern.matcher(page).results())
                    .map(hit -> unescaped(hit.group(1)))
                    .distinct()
                    .toList();
            assertThat(linked).as(path).contains("/style.css", "/page.js", "/theme.js");
            linked.forEach(address -> assertThat(Guarded.with().get(address).statusCode())
                    .as(address)
                    .isEqualTo(200));
        }
        for (String status : List.of("healthy", "degraded", "unhealthy", "unknown")) {
            assertThat(Guarded.with().get("/icon-" + status + ".svg").contentType())
                    .startsWith("image/svg+xml");
        }
    }

    @Test
    void withoutScriptsThePageRenewsItself() {
        for (String path : List.of("/", "/database?name=orders")) {
            assertThat(page(path))
                    .contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>")
                    .doesNotContain("<script>", " style=", " onclick=");
        }
    }

    @Test
    void isCompressedForWhoCanReadItAndPlainForOthers() {
        Response packed = Guarded.with().get("/");
        assertThat(packed.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.header("Vary")).contains("Accept-Encoding");
        String plain = RawHttp.ask(
                service.getPort(), "GET / HTTP/1.1", "Host: localhost", "Authorization: Bearer " + Guarded.TOKEN);
        assertThat(plain).doesNotContainIgnoringCase("content-encoding").contains("<!doctype html>");
        assertThat(rows(packed.asString())).isEqualTo(rows(plain)).isNotEmpty();
    }

    private static String page(String path) {
        Response answer = Guarded.with().get(path);
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
