package dev.pgvigil.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.pgvigil.health.ProbedServers;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.testing.PgServer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The diagnoses over HTTP, against real servers, one of which freezes. */
@Tag("service")
@QuarkusTest
@TestProfile(ProbedServers.Profile.class)
class DiagnosePathsTest {

    private static final String GATE = "/api/v1/prerequisites";

    @SuppressWarnings("NullAway.Init") // given by the resource
    PgServer shop;

    @Inject
    Prerequisites prerequisites;

    @BeforeEach
    void healthy() {
        await().atMost(Duration.ofSeconds(60)).until(() -> RestAssured.get(GATE).statusCode() == 200);
    }

    @Test
    void diagnosesMonitoredDatabase() {
        RestAssured.get("/api/v1/databases/shop/diagnostics")
                .then()
                .statusCode(200)
                .body("database_name", equalTo("shop"))
                .body("result", equalTo("ok"))
                .body("failed_step", nullValue())
                .body("steps.step", contains("configuration", "dns", "tcp", "tls", "authentication", "query"))
                .body("steps.result", contains("ok", "ok", "ok", "skipped", "ok", "ok"))
                .body("sslmode", equalTo("disable"));
        RestAssured.get("/api/database/diagnostics?name=blog").then().body("database_name", equalTo("blog"));
        RestAssured.get("/api/database/diagnostics").then().statusCode(400);
        RestAssured.get("/api/v1/databases/nope/diagnostics").then().statusCode(404);
    }

    @Test
    void pageShowsEachStepWithoutScript() {
        String database = RestAssured.get("/database?name=shop").asString();
        assertThat(database).contains("href=\"/database/diagnosis?name=shop\"");
        RestAssured.get("/database/diagnosis?name=shop")
                .then()
                .statusCode(200)
                .contentType(ContentType.HTML)
                .body(containsString("a session answers"))
                .body(containsString("authentication"))
                .body(containsString("/api/v1/databases/shop/diagnostics"))
                .body(not(containsString("page.js")));
        RestAssured.given()
                .redirects()
                .follow(false)
                .get("/database/diagnosis?name=%3Cb%3E")
                .then()
                .statusCode(303);
    }

    @Test
    void prerequisitesPassForHealthyDatabases() {
        RestAssured.get(GATE + "?targets=shop,blog&wait=60s")
                .then()
                .statusCode(200)
                .body("overall_status", equalTo("passed"))
                .body("summary.total", equalTo(2))
                .body("summary.passed", equalTo(2))
                .body("performance_threshold_ms", equalTo(1000))
                .body("targets.name", contains("blog", "shop"));
        RestAssured.get(GATE + "?targets=shop&targets=blog").then().body("targets", hasSize(2));
        RestAssured.given()
                .contentType(ContentType.JSON)
                .body("{\"targets\": [\"shop\"], \"wait_seconds\": 5, \"performance_threshold_ms\": 2000}")
                .post(GATE)
                .then()
                .statusCode(200)
                .body("targets.name", contains("shop"))
                .body("performance_threshold_ms", equalTo(2000));
    }

    @Test
    void waitingRequestIsAnsweredWhenTheDatabaseIsBack() {
        shop.freeze();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> RestAssured.get(GATE).statusCode() == 503);
            RestAssured.get(GATE + "?targets=blog").then().statusCode(200);
            Response failed = RestAssured.get(GATE + "?targets=shop,blog&wait=1s");
            failed.then()
                    .statusCode(503)
                    .contentType(ContentType.JSON)
                    .body("overall_status", equalTo("failed"))
                    .body("targets.name", contains("shop", "blog"))
                    .body("targets.status", contains("failed", "passed"));
            assertThat(failed.time()).isGreaterThan(900);
            assertThat(failed.<String>path("targets[0].issues[0].message")).isNotBlank();

            CompletableFuture<Response> waiting =
                    CompletableFuture.supplyAsync(() -> RestAssured.get(GATE + "?targets=shop&wait=60s"));
            await().atMost(Duration.ofSeconds(10)).until(() -> prerequisites.waiting() == 1);
            shop.thaw();
            assertThat(waiting.orTimeout(50, TimeUnit.SECONDS).join().statusCode())
                    .isEqualTo(200);
            assertThat(prerequisites.waiting()).isZero();
        } finally {
            shop.thaw();
        }
    }

    @Test
    void waitersAreBounded() {
        shop.freeze();
        List<Cancellable> waiters = new ArrayList<>();
        AtomicBoolean gone = new AtomicBoolean();
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> RestAssured.get(GATE).statusCode() == 503);
            Prerequisites.Asked asked = new Prerequisites.Asked(List.of("shop"), 1000);
            for (int i = 0; i < Prerequisites.MOST_WAITING; i++) {
                waiters.add(prerequisites
                        .answer(asked, Duration.ofSeconds(60), gone)
                        .subscribe()
                        .with(done -> {}));
            }
            assertThatThrownBy(() -> prerequisites.answer(asked, Duration.ofSeconds(60), gone))
                    .isInstanceOf(ProblemException.class);
            RestAssured.get(GATE + "?targets=shop&wait=5s")
                    .then()
                    .statusCode(503)
                    .contentType("application/problem+json")
                    .header("Retry-After", equalTo("5"));
            RestAssured.get(GATE + "?targets=blog").then().statusCode(200);
            gone.set(true);
            await().atMost(Duration.ofSeconds(10)).until(() -> prerequisites.waiting() == 0);
        } finally {
            waiters.forEach(Cancellable::cancel);
            shop.thaw();
        }
    }

    @Test
    void unknownTargetIsRefusedAtOnce() {
        Response answer = RestAssured.get(GATE + "?targets=shop,nope&wait=60s");
        answer.then().statusCode(404).contentType("application/problem+json").body("detail", containsString("nope"));
        assertThat(answer.time()).isLessThan(10_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait=61s",
                "wait=2m",
                "wait=-1s",
                "wait=soon",
                "wait=999999",
                "targets=,",
                "performance_threshold_ms=0",
                "performance_threshold_ms=60001",
                "target=shop"
            })
    void wrongParametersAreRefused(String query) {
        RestAssured.get(GATE + "?" + query).then().statusCode(400).contentType("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "null",
                "[]",
                "{\"target\": [\"shop\"]}",
                "{\"targets\": \"shop\"}",
                "{\"targets\": [null]}",
                "{\"wait_seconds\": 61}",
                "{\"wait_seconds\": -1}",
                "{\"performance_threshold_ms\": 0}",
                "{} {}"
            })
    void wrongBodiesAreRefused(String body) {
        RestAssured.given()
                .contentType(ContentType.JSON)
                .body(body)
                .post(GATE)
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }
}
