package dev.pgvigil.state.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class DatabasesResourceTest {

    @Inject
    Fleet fleet;

    @Inject
    Catalogue catalogue;

    @BeforeEach
    void fill() {
        SampleFleet.mixed().into(fleet);
    }

    @AfterEach
    void empty() {
        SampleFleet.nothing().into(fleet);
    }

    @Test
    void fleetStatusIsWorstOfTargets() {
        get("/api/v1/fleet")
                .statusCode(200)
                .body("status", equalTo("unhealthy"))
                .body("total", equalTo(5))
                .body("counts.healthy", equalTo(1))
                .body("counts.unknown", equalTo(2))
                .body("regions.region", contains("", "eu-west-1", "us-east-1"))
                .body("regions.status", contains("unknown", "degraded", "unhealthy"))
                .body("targets.name", contains("archive", "orders", "quiet", "young", "shop"))
                .body("findings.target", contains("archive", "orders"))
                .body("recommendations.action", contains("start the server", "bound the pools of the applications"))
                .body("recommendations[0].targets", contains("archive"));
    }

    @Test
    void fleetWithoutTargetsIsUnknown() {
        SampleFleet.nothing().into(fleet);
        get("/api/v1/fleet").statusCode(200).body("status", equalTo("unknown")).body("total", equalTo(0));
    }

    @Test
    void groupsRecommendationsAcrossTargets() {
        SampleFleet.nothing()
                .degraded(IntStream.range(0, 30).mapToObj(i -> "t" + i).toList())
                .into(fleet);
        get("/api/v1/fleet")
                .body("findings", hasSize(20))
                .body("recommendations", hasSize(1))
                .body("recommendations[0].total", equalTo(30))
                .body("recommendations[0].targets", hasSize(20));
    }

    @Test
    void filtersByStatusRegionAndTag() {
        get("/api/v1/databases?status=healthy&status=degraded").body("items.name", contains("orders", "shop"));
        get("/api/v1/databases?region=us-east-1").body("items.name", contains("archive", "quiet"));
        get("/api/v1/databases?status=unknown&region=us-east-1").body("items.name", contains("quiet"));
        get("/api/v1/databases?tag=team:payments&tag=team").body("total", equalTo(5));
        get("/api/v1/databases?tag=team:other").body("total", equalTo(0)).body("items", hasSize(0));
    }

    @Test
    void pagesAreBoundedAndComplete() {
        List<String> names =
                IntStream.range(0, 2500).mapToObj(i -> "n%04d".formatted(i)).toList();
        SampleFleet.named(names).into(fleet);
        get("/api/v1/databases").body("items", hasSize(100)).body("total", equalTo(2500));
        List<String> seen = new ArrayList<>();
        String next = " ";
        while (next != null) {
            ValidatableResponse page = get("/api/v1/databases?limit=1000&after=" + next.replace(" ", "%20"));
            seen.addAll(page.extract().path("items.name"));
            next = page.extract().path("next");
        }
        assertThat(seen).isEqualTo(names);
        get("/api/v1/databases?limit=1001").statusCode(400);
    }

    @Test
    void returnsDetailsOfOneDatabase() {
        get("/api/v1/databases/shop")
                .statusCode(200)
                .body("status", equalTo("healthy"))
                .body("heartbeat_ms", equalTo(0.813f))
                .body("role", equalTo("primary"))
                .body("expected_role", equalTo("primary"))
                .body("server.id", equalTo("db1:5432"))
                .body("server.facts.version_number", equalTo(180004))
                .body("server.sessions.statements", equalTo(4321))
                .body("checks.find { it.check == 'connections' }.state", equalTo("observed"))
                .body("checks.find { it.check == 'blocking' }.failure.sql_state", equalTo("57014"))
                .body("checks.find { it.check == 'statements' }.state", equalTo("observed"))
                .body("checks.find { it.check == 'databases' }.state", equalTo("pending"));
        get("/api/v1/databases/orders")
                .statusCode(200)
                .body("checks.find { it.check == 'statements' }.reason", containsString("not installed"));
    }

    @Test
    void staleHeartbeatIsUnknownSinceItBecameStale() {
        ValidatableResponse quiet = get("/api/v1/databases/quiet/status")
                .body("status", equalTo("unknown"))
                .body("connection", equalTo("unknown"))
                .body("query_test", equalTo("unknown"))
                .body("response_time_ms", nullValue())
                .body("age_ms", greaterThan(59_000))
                .body("error", containsString("ms old"));
        assertThat(quiet.extract().<String>path("timestamp"))
                .endsWith("Z")
                .hasSize("2026-11-21T08:00:00.000Z".length());
    }

    @Test
    void statusShowsConnectionAndQuerySeparately() {
        get("/api/v1/databases/shop/status")
                .body("connection", equalTo("ok"))
                .body("query_test", equalTo("ok"))
                .body("error", nullValue())
                .body("migration_status.current_version", equalTo("7"))
                .body("migration_status.pending_migrations", equalTo(0));
        get("/api/v1/databases/archive/status")
                .body("migration_status", nullValue())
                .body("status", equalTo("unhealthy"))
                .body("connection", equalTo("failed"))
                .body("error", equalTo("connect: Connection refused"));
        get("/api/v1/databases/young/status")
                .body("status", equalTo("unknown"))
                .body("timestamp", nullValue())
                .body("error", equalTo("not checked yet"));
    }

    @Test
    void returnsObservationUnchanged() {
        get("/api/v1/databases/orders/connections")
                .statusCode(200)
                .body("check.state", equalTo("observed"))
                .body("observed.max_connections", equalTo(100))
                .body("observed.by_state.active", equalTo(25))
                .body("findings.key", contains("connections/saturation"));
    }

    @Test
    void returnsLastObservationAfterFailure() {
        get("/api/v1/databases/shop/locks")
                .statusCode(200)
                .body("check.state", equalTo("failed"))
                .body("check.failure.reason", equalTo("timeout"))
                .body("observed.waiting", equalTo(1));
        get("/api/v1/databases/young/locks")
                .statusCode(200)
                .body("check.state", equalTo("pending"))
                .body("observed", nullValue());
    }

    @Test
    void returnsObservationOfEachCheckByName() {
        List<String> names = get("/api/v1/databases/shop/checks")
                .statusCode(200)
                .body("database_name", equalTo("shop"))
                .extract()
                .path("checks.check");
        assertThat(names).containsAll(catalogue.names());
        for (String check : catalogue.names()) {
            for (String target : List.of("shop", "young", "archive")) {
                get("/api/v1/databases/" + target + "/checks/" + check)
                        .statusCode(200)
                        .body("database_name", equalTo(target))
                        .body("check.check", equalTo(check));
            }
        }
        get("/api/v1/databases/young/checks/heartbeat")
                .body("check.state", equalTo("pending"))
                .body("observed", nullValue());
        get("/api/v1/databases/shop/checks/nope")
                .statusCode(404)
                .body("detail", startsWith("no check is named \"nope\"; the checks are archiver, "));
        get("/api/v1/databases/nope/checks/heartbeat").statusCode(404).body("detail", containsString("\"nope\""));
        get("/api/v1/databases/nope/checks").statusCode(404);
    }

    @Test
    void namedPathsAreAliasesOfChecks() {
        for (String target : List.of("shop", "orders", "young")) {
            assertThat(withoutAge("/api/v1/databases/" + target + "/connections"))
                    .isEqualTo(withoutAge("/api/v1/databases/" + target + "/checks/connections"));
            assertThat(withoutAge("/api/v1/databases/" + target + "/locks"))
                    .isEqualTo(withoutAge("/api/v1/databases/" + target + "/checks/blocking"));
        }
    }

    private static String withoutAge(String path) {
        return get(path).statusCode(200).extract().asString().replaceFirst("\"age_ms\":[0-9]+", "");
    }

    @Test
    void metricsMatchPrometheus() {
        get("/api/v1/databases/shop/metrics").body("metrics.name", hasItem("pgvigil_heartbeat_response_seconds"));
    }

    @Test
    void acceptsAnyCharacterInNames() {
        SampleFleet.named(SampleFleet.HOSTILE).into(fleet);
        for (String name : SampleFleet.HOSTILE) {
            String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            get("/api/v1/databases/" + encoded).statusCode(200).body("name", equalTo(name));
            get("/api/v1/databases/" + encoded + "/status").statusCode(200).body("database_name", equalTo(name));
            get("/api/database/status?name=" + encoded).statusCode(200).body("database_name", equalTo(name));
        }
        get("/api/v1/databases?limit=1000").body("items.name", hasSize(SampleFleet.HOSTILE.size()));
    }

    @Test
    void returnsNotFoundForUnknownNames() {
        for (String path :
                List.of("", "/status", "/status?fresh=true", "/connections", "/locks", "/checks", "/metrics")) {
            get("/api/v1/databases/%22nope" + path).statusCode(404).body("detail", containsString("\"\"nope\""));
        }
        get("/api/database/status?name=nope").statusCode(404);
    }

    @Test
    void legacyPathsUseTheOnlyDatabase() {
        SampleFleet.single("shop").into(fleet);
        get("/api/database/status").statusCode(200).body("database_name", equalTo("shop"));
        get("/api/database/connections").statusCode(200).body("observed.max_connections", equalTo(100));
        get("/api/health/database").statusCode(200).body("query_test", equalTo("ok"));
        get("/api/health/database?type=full").statusCode(200).body("server.id", equalTo("db1:5432"));
        get("/api/health/database?type=metrics")
                .statusCode(200)
                .body("metrics.name", hasItem("pgvigil_heartbeat_response_seconds"));
        get("/api/health/metrics").statusCode(200).body("metrics.name", hasItem("pgvigil_heartbeat_response_seconds"));
        get("/api/health/database?type=window").statusCode(400).body("detail", containsString("quick, full, metrics"));
    }

    @Test
    void legacyPathsRequireNameWithSeveralDatabases() {
        for (String path : List.of("/api/database/status", "/api/database/connections", "/api/health/database")) {
            get(path).statusCode(400).body("detail", containsString("\"archive\", \"orders\", \"quiet\""));
            get(path + "?name=orders").statusCode(200);
        }
        SampleFleet.nothing().into(fleet);
        get("/api/health/metrics").statusCode(404).body("detail", equalTo("no database is watched"));
    }

    @Test
    void recommendsWhatFindingsSayAndTellsWhatIsIgnored() {
        get("/api/v1/databases/orders/recommendations")
                .statusCode(200)
                .body("recommendations.key", contains("connections/saturation"))
                .body("recommendations.sql", contains(startsWith("select application_name")))
                .body("ignored.finding.key", contains("indexes/unused"))
                .body("ignored.reason", contains("dropped with release 7"))
                .body("ignored.until", contains("2027-04-01T00:00:00.000Z"));
        get("/api/v1/databases/young/recommendations")
                .statusCode(200)
                .body("recommendations", hasSize(0))
                .body("ignored", hasSize(0));
        get("/api/v1/databases/nope/recommendations").statusCode(404);
    }

    @Test
    void recommendsEachActionOfFleetOnce() {
        SampleFleet.mixed().degraded(List.of("a", "b")).into(fleet);

        get("/api/v1/recommendations")
                .statusCode(200)
                .body("total", equalTo(2))
                .body("recommendations.key", contains("heartbeat/unreachable", "connections/saturation"))
                .body("recommendations[1].targets", contains("a", "b", "orders"))
                .body("total_ignored", equalTo(3))
                .body("ignored.target", contains("a", "b", "orders"));
        get("/api/v1/recommendations?limit=1")
                .statusCode(200)
                .body("total", equalTo(2))
                .body("recommendations", hasSize(1))
                .body("ignored", hasSize(1));
        get("/api/v1/recommendations?limit=0").statusCode(400);
    }

    @Test
    void neverShowsSecrets() {
        for (String path : List.of("/api/v1/fleet", "/api/v1/databases/shop", "/api/v1/databases", "/")) {
            assertThat(TokenProfile.with().get(path).asString()).doesNotContain(SampleFleet.PASSWORD);
        }
    }

    private static ValidatableResponse get(String path) {
        return TokenProfile.with().get(path).then();
    }
}
