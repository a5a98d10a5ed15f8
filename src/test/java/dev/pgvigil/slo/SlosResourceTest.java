package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything that shows an objective, in the running service. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class SlosResourceTest {

    @Inject
    Fleet fleet;

    @BeforeEach
    void fill() {
        SampleFleet.named(List.of("nothing")).into(fleet);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> get("/api/v1/slos").jsonPath().getInt("slos[0].targets") == 1);
    }

    @AfterEach
    void empty() {
        SampleFleet.nothing().into(fleet);
    }

    private static Response get(String path) {
        return TokenProfile.with().get(path);
    }

    @Test
    void objectiveOfATargetHasBudgetRatesAndHistory() {
        var json = get("/api/v1/slos/availability?target=nothing").jsonPath();

        assertThat(json.getString("targets[0].target")).isEqualTo("nothing");
        assertThat(json.getString("targets[0].state")).isEqualTo("ok");
        assertThat(json.getDouble("targets[0].budget_remaining_ratio")).isEqualTo(1);
        assertThat(json.getList("targets[0].burn_rates.window", String.class))
                .containsExactly("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d");
        assertThat(json.getInt("history[-1].good_seconds")).isPositive();
        assertThat(json.getList("rules.factor", Double.class)).hasSize(4);
    }

    @Test
    void unknownObjectiveOrTargetIsNotFound() {
        assertThat(get("/api/v1/slos/no-such").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/slos/availability?target=no-such").statusCode()).isEqualTo(404);
    }

    @Test
    void rulesAreThoseOfTheConfiguration() {
        assertThat(get("/api/v1/slos/rules").asString()).contains("name: pgvigil-slo-availability", "/ 0.001");
    }

    @Test
    void probeOfObjectivesIsUpAndPublic() {
        Response group = RestAssured.given().get("/health/group/slo");

        assertThat(group.statusCode()).isEqualTo(200);
        assertThat(group.jsonPath().getInt("checks[0].data.objectives")).isEqualTo(1);
        assertThat(get("/health/detailed").asString()).contains("group:slo");
    }

    @Test
    void pageShowsEachTarget() {
        assertThat(get("/slos").asString())
                .contains("availability: 99.9 % available over 30d", "/database?name=nothing");
    }

    @Test
    void metricsHaveEveryWindow() {
        assertThat(get("/metrics").asString())
                .contains("pgvigil_slo_burn_rate{", "window=\"3d\"", "pgvigil_slo_budget_exhaustion_seconds");
    }
}
