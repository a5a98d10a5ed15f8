package dev.pgvigil.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The public page, without a token. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class StatusResourceTest {

    @Inject
    Fleet fleet;

    @Test
    void publicReadsNamesOfComponentsAndNothingOfDatabases() {
        SampleFleet.named(List.of("shop", "secret-archive")).into(fleet);
        SampleFleet.tell(
                fleet,
                new FleetEvent.Opened(
                        Instant.now(),
                        "shop",
                        Finding.of("sample", "x", Status.UNHEALTHY, Severity.CRITICAL, "Title inside", "text inside")));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(RestAssured.get("/status").asString()).contains("Checkout"));
        Response page = RestAssured.get("/status");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.asString())
                .contains("<h1>Shops</h1>", "of the last 90 days")
                .doesNotContain("secret-archive", "Title inside", "text inside", "127.0.0.1");
        assertThat(page.asString().split("<rect ", -1)).hasSize(91);
    }

    @Test
    void feedsAreServedWithTheirTypes() {
        assertThat(RestAssured.get("/status.atom").contentType()).startsWith("application/atom+xml");
        assertThat(RestAssured.get("/status.json").contentType()).startsWith("application/feed+json");
        assertThat(RestAssured.get("/status.json").jsonPath().getString("title"))
                .isEqualTo("Shops");
    }
}
