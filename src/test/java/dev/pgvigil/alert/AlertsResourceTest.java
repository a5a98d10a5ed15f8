package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Secret;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything that shows alerts, in the running service. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class AlertsResourceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Finding FINDING = SampleAlerts.finding("sample", "x", Severity.CRITICAL);

    @Inject
    Fleet fleet;

    private String id = "";

    @BeforeEach
    void fill() {
        SampleFleet.named(List.of("alerting")).into(fleet);
        SampleFleet.tell(fleet, new FleetEvent.Opened(Instant.now(), "alerting", FINDING));
        await().atMost(PATIENCE)
                .until(() ->
                        !get("?target=alerting&state=firing").getList("alerts").isEmpty());
        id = get("?target=alerting&state=firing").getString("alerts[0].id");
    }

    @AfterEach
    void empty() {
        SampleFleet.tell(fleet, new FleetEvent.Closed(Instant.now(), "alerting", FINDING));
        TokenProfile.with()
                .contentType("application/json")
                .body("{\"by\": \"test\"}")
                .post("/api/v1/alerts/" + id + "/resolve");
        SampleFleet.nothing().into(fleet);
    }

    private static JsonPath get(String query) {
        return TokenProfile.with().get("/api/v1/alerts" + query).jsonPath();
    }

    private static Response post(String path, String body) {
        return TokenProfile.with().contentType("application/json").body(body).post("/api/v1/alerts" + path);
    }

    @Test
    void alertHasEverythingThatItIsDefinedBy() {
        JsonPath alert = get("/" + id);

        assertThat(alert.getString("type")).isEqualTo("sample");
        assertThat(alert.getString("severity")).isEqualTo("critical");
        assertThat(alert.getString("message")).isEqualTo("It fails: 3 of 4 fail");
        assertThat(alert.getString("state")).isEqualTo("firing");
        assertThat(alert.getBoolean("resolved")).isFalse();
        assertThat(alert.getMap("metrics")).isNotNull();
        assertThat(Instant.parse(alert.getString("timestamp"))).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void filtersSelect() {
        assertThat(get("?severity=low&target=alerting").getInt("total")).isZero();
        assertThat(get("?type=sample&target=alert*").getInt("total")).isEqualTo(1);
        assertThat(TokenProfile.with().get("/api/v1/alerts?state=burning").statusCode())
                .isEqualTo(400);
        assertThat(TokenProfile.with().get("/api/v1/alerts?colour=red").statusCode())
                .isEqualTo(400);
        assertThat(TokenProfile.with().get("/api/v1/alerts/none").statusCode()).isEqualTo(404);
        assertThat(RestAssured.get("/api/v1/alerts").statusCode()).isEqualTo(401);
    }

    @Test
    void fleetHasItsActiveAlerts() {
        JsonPath summary = TokenProfile.with().get("/api/v1/fleet").jsonPath();

        assertThat(summary.getInt("alerts.active")).isPositive();
        assertThat(summary.getList("alerts.worst.id", String.class)).contains(id);
    }

    @Test
    void acknowledgingNamesWhoDoesIt() {
        Response answer = post("/" + id + "/acknowledge", "{\"by\": \"ann\"}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.jsonPath().getString("state")).isEqualTo("acknowledged");
        assertThat(answer.jsonPath().getString("acknowledgement.by")).isEqualTo("ann (token)");
        assertThat(post("/none/acknowledge", "{\"by\": \"ann\"}").statusCode()).isEqualTo(404);
        assertThat(post("/" + id + "/acknowledge", "{}").statusCode())
                .as("the caller")
                .isEqualTo(200);
    }

    @Test
    void silenceLastsUntilItIsEnded() {
        String body = "{\"targets\": [\"alerting\"], \"until\": \"%s\", \"by\": \"ann\", \"reason\": \"upgrade\"}";
        assertThat(post("/silences", body.formatted("2001-01-01T00:00:00Z")).statusCode())
                .isEqualTo(400);
        Response answer = post("/silences", body.formatted(Instant.now().plusSeconds(600)));
        String silence = answer.jsonPath().getString("id");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(get("/" + id).getString("state")).isEqualTo("silenced");
        assertThat(get("/" + id).getString("suppression.by")).isEqualTo(silence);
        assertThat(TokenProfile.with()
                        .delete("/api/v1/alerts/silences/" + silence)
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/" + id).getString("state")).isEqualTo("firing");
        assertThat(TokenProfile.with()
                        .delete("/api/v1/alerts/silences/" + silence)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void resolvedAlertIsKept() {
        assertThat(post("/" + id + "/resolve", "{\"by\": \"ann\"}").jsonPath().getBoolean("resolved"))
                .isTrue();
        assertThat(get("?state=resolved&target=alerting").getList("alerts.id", String.class))
                .contains(id);
    }

    @Test
    void metricsCountAlerts() {
        assertThat(TokenProfile.with().get("/metrics").asString())
                .containsPattern("pgvigil_alerts\\{severity=\"critical\",state=\"firing\",?} [1-9]");
    }

    @Test
    void signedLinkAcknowledgesWithoutALogin() {
        AcknowledgeLink link = AcknowledgeLink.of(id, "chat", Instant.now(), new Secret(TokenProfile.LINK_SECRET));
        String path = link.address("");
        Response page = RestAssured.given().urlEncodingEnabled(false).get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.asString()).contains("Acknowledge as chat");
        assertThat(get("/" + id).getString("state"))
                .as("looking at it does nothing")
                .isEqualTo("firing");
        assertThat(RestAssured.given()
                        .urlEncodingEnabled(false)
                        .get(path.replace("receiver=chat", "receiver=boss"))
                        .statusCode())
                .isEqualTo(403);
        String form = path.substring(path.indexOf('?') + 1);
        Response done = RestAssured.given()
                .contentType("application/x-www-form-urlencoded")
                .body(form)
                .post(AcknowledgeLink.PATH);
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(get("/" + id).getString("acknowledgement.by")).isEqualTo("chat");
        assertThat(RestAssured.given()
                        .contentType("application/x-www-form-urlencoded")
                        .body(form.replace("chat", "boss"))
                        .post(AcknowledgeLink.PATH)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void pageShowsAlertsAndItsFormsAct() {
        assertThat(TokenProfile.with().get("/alerts").asString())
                .contains("It fails: 3 of 4 fail", "/alerts/" + id + "/acknowledge");
        assertThat(form("/alerts/" + id + "/acknowledge", "by=ann", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(form("/alerts/" + id + "/acknowledge", "by=ann", "same-origin")
                        .statusCode())
                .isEqualTo(303);
        assertThat(get("/" + id).getString("acknowledgement.by")).isEqualTo("ann (token)");
        assertThat(form("/alerts/" + id + "/silence", "by=ann&hours=1", "same-origin")
                        .statusCode())
                .isEqualTo(303);
        assertThat(get("/" + id).getString("state")).isEqualTo("silenced");
        TokenProfile.with().delete("/api/v1/alerts/silences/" + get("/" + id).getString("suppression.by"));
    }

    private static Response form(String path, String body, String site) {
        return TokenProfile.with()
                .redirects()
                .follow(false)
                .header("Sec-Fetch-Site", site)
                .contentType("application/x-www-form-urlencoded")
                .body(body)
                .post(path);
    }
}
