package dev.pgvigil.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything that shows a backup, in the running service: a real one is made, verified, restored and damaged. */
@Tag("service")
@QuarkusTest
@TestProfile(BackupsResourceTest.Profile.class)
class BackupsResourceTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** A repository that is empty at first. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path folder = Files.createTempDirectory("pgvigil-backups");
                System.setProperty("dev.pgvigil.testing.backups", folder.toString());
                Files.createDirectory(folder.resolve("repository"));
                Path file = Files.writeString(folder.resolve("pgvigil.yaml"), """
                        pgvigil:
                          targets:
                            quiet: { url: "postgresql://nobody@127.0.0.1:1/none" }
                          checks: { %s }
                          backups:
                            scratch: %s/scratch
                            audit: %s/audit
                            programs: { "18": %s/bin }
                            scan-every: 1s
                            repositories:
                              main:
                                path: %s/repository
                                target: quiet
                                assertions:
                                  orders: { sql: select count(*) >= 2000 from orders }
                        """.formatted(
                                Catalogues.all().stream()
                                        .map(check -> check.name() + ": { enabled: false }")
                                        .collect(Collectors.joining(", ")),
                                folder,
                                folder,
                                folder,
                                folder));
                Map<String, String> config = new HashMap<>(new TokenProfile().getConfigOverrides());
                config.put("pgvigil.config", file.toString());
                return config;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Response get(String path) {
        return TokenProfile.with().get(path);
    }

    private static void verify() {
        Response started = TokenProfile.with()
                .contentType("application/json")
                .body("{}")
                .post("/api/v1/backups/main/verifications");
        assertThat(started.statusCode()).isEqualTo(200);
        int id = started.jsonPath().getInt("id");
        await().atMost(PATIENCE)
                .until(() -> "done"
                        .equals(get("/api/v1/backups/runs")
                                .jsonPath()
                                .getString("runs.find { it.id == " + id + " }.state")));
    }

    @Test
    void backupIsFoundVerifiedRestoredAndItsDamageFound() throws IOException {
        Path folder = Path.of(System.getProperty("dev.pgvigil.testing.backups"));
        await().atMost(PATIENCE)
                .until(() -> get("/api/v1/backups").asString().contains("the repository has no backup"));
        assertThat(RestAssured.given().get("/health/group/backups").statusCode())
                .isEqualTo(503);

        try (BackedUpServer source = BackedUpServer.start(18, folder.resolve("repository"))) {
            Files.createSymbolicLink(folder.resolve("bin"), source.programs());
            source.tar("tar", true);
            source.insert(3001);
            source.insert(3002);
            source.archiveNow();
        }
        await().atMost(PATIENCE)
                .until(() -> get("/api/v1/backups")
                                .jsonPath()
                                .getList("repositories[0].backups")
                                .size()
                        == 1);
        verify();

        var json = get("/api/v1/backups").jsonPath();
        assertThat(json.getString("audit")).isEqualTo("ok");
        assertThat(json.getString("repositories[0].backups[0].proof_level")).isEqualTo("data_asserted");
        assertThat(json.getList("repositories[0].backups[0].drill.failures")).isEmpty();
        assertThat(json.getDouble("repositories[0].backups[0].drill.recovery_seconds"))
                .isPositive();
        assertThat(json.getString("repositories[0].recoverable_until")).isNotNull();
        assertThat(Files.readAllLines(folder.resolve("audit"))).hasSize(1);
        await().atMost(PATIENCE)
                .until(() -> RestAssured.given().get("/health/group/backups").statusCode() == 200);
        assertThat(get("/metrics").asString())
                .contains("pgvigil_backup_proof_level{repository=\"main\",target=\"quiet\",} 4.0");
        assertThat(get("/backups").asString()).contains("data asserted", "pg basebackup");
        assertThat(get("/api/v1/backups/report").jsonPath().getString("repositories[0].proof_level"))
                .isEqualTo("data_asserted");
        assertThat(get("/api/v1/backups/report.md").asString()).contains("| main | quiet |");
        assertThat(get("/api/v1/databases/quiet/backups").jsonPath().getList("repositories"))
                .hasSize(1);

        BackedUpServer.truncate(folder.resolve("repository/tar/base.tar"), 3_000_000);
        verify();

        await().atMost(PATIENCE)
                .until(() -> RestAssured.given().get("/health/group/backups").statusCode() == 503);
        assertThat(get("/api/v1/backups").jsonPath().getString("repositories[0].backups[0].verdict"))
                .isEqualTo("failed");
        assertThat(get("/api/v1/backups").asString()).contains("global/pg_control");
    }

    @Test
    void badRequestsAreRefused() {
        assertThat(TokenProfile.with()
                        .contentType("application/json")
                        .body("{}")
                        .post("/api/v1/backups/nope/verifications")
                        .statusCode())
                .isEqualTo(404);
        assertThat(TokenProfile.with()
                        .contentType("application/json")
                        .body("{\"moment\": \"yesterday\"}")
                        .post("/api/v1/backups/main/verifications")
                        .statusCode())
                .isEqualTo(400);
        assertThat(TokenProfile.with()
                        .delete("/api/v1/backups/nope/verifications")
                        .statusCode())
                .isEqualTo(404);
        assertThat(RestAssured.given().get("/api/v1/backups").statusCode()).isEqualTo(401);
    }
}
