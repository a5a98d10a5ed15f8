package dev.pgvigil.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.audit.HashChain;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Users and API tokens of a configuration file, each with its role. */
@Tag("service")
@QuarkusTest
@TestProfile(RolesTest.WithAccounts.class)
@SuppressWarnings("NullAway.Init") // injected
class RolesTest {

    private static final String PASSWORD = "correct horse battery";
    private static final String HASH = Passwords.hash(PASSWORD);
    private static final String VIEWER = "pgv_viewer-token-of-a-test";
    private static final String OPERATOR = "pgv_operator-token-of-a-test";
    private static final String EXPIRED = "pgv_expired-token-of-a-test";

    @Inject
    Configuration configuration;

    @Inject
    SignInLimit limit;

    /** The standard file with accounts. */
    public static final class WithAccounts implements QuarkusTestProfile {

        static Path file = Path.of("");
        static String plain = "";

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(new TokenProfile().getConfigOverrides());
            try {
                file = Path.of(overrides.get("pgvigil.config"));
                plain = Files.readString(file);
                Files.writeString(file, plain + accounts("operator"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return overrides;
        }
    }

    private static String accounts(String roleOfAnna) {
        return """
                  security:
                    audit-file: %s
                    users:
                      anna: { password-hash: "%s", role: %s }
                      vera: { password-hash: "%s" }
                    tokens:
                      reader: { sha256: %s }
                      deploy: { sha256: %s, role: operator, expires: 2100-01-01T00:00:00Z }
                      old: { sha256: %s, role: admin, expires: 2020-01-01T00:00:00Z }
                """.formatted(
                        WithAccounts.file + ".audit",
                        HASH,
                        roleOfAnna,
                        HASH,
                        Accounts.sha256(VIEWER),
                        Accounts.sha256(OPERATOR),
                        Accounts.sha256(EXPIRED));
    }

    @BeforeEach
    void forgetFailures() {
        limit.succeeded("127.0.0.1", "anna");
    }

    @AfterEach
    void restore() throws IOException {
        configure(WithAccounts.plain + accounts("operator"));
    }

    private void configure(String text) throws IOException {
        if (!Files.readString(WithAccounts.file).equals(text)) {
            Instant loaded = configuration.state().loadedAt();
            Files.writeString(WithAccounts.file, text);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Objects.equals(configuration.state().loadedAt(), loaded));
        }
    }

    private static RequestSpecification bearer(String token) {
        return RestAssured.given().header("Authorization", "Bearer " + token);
    }

    private static Response signIn(String user, String password) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .formParam("user", user)
                .formParam("token", password)
                .post("/login");
    }

    private static RequestSpecification session(Response signedIn) {
        return RestAssured.given().cookie(Sessions.COOKIE, signedIn.getCookie(Sessions.COOKIE));
    }

    @Test
    void eachOperationNeedsItsRole() throws IOException {
        JsonNode paths = new ObjectMapper()
                .readTree(getClass().getResourceAsStream("/openapi.json"))
                .get("paths");
        List<String> wrong = new ArrayList<>();
        paths.properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    String url = path.getKey().replaceAll("\\{[^}]*}", "nothing-of-this-name");
                    if (PublicPaths.contain(url) || url.endsWith("/events")) {
                        return;
                    }
                    boolean admin = url.equals("/api/v1/audit");
                    boolean reads =
                            method.equals("get") || method.equals("head") || url.equals("/api/v1/prerequisites");
                    int nobody = status(RestAssured.given(), method, url);
                    int viewer = status(bearer(VIEWER), method, url);
                    int operator = status(bearer(OPERATOR), method, url);
                    int owner = status(bearer(TokenProfile.TOKEN), method, url);
                    boolean right = nobody == 401
                            && (viewer == 403) == (admin || !reads)
                            && (operator == 403) == admin
                            && viewer != 401
                            && operator != 401
                            && owner != 401
                            && owner != 403
                            && List.of(viewer, operator, owner).stream()
                                    .noneMatch(status -> status >= 500 && status != 503);
                    if (!right) {
                        wrong.add("%s %s: nobody %d, viewer %d, operator %d, admin %d"
                                .formatted(method, url, nobody, viewer, operator, owner));
                    }
                }));
        assertThat(wrong).isEmpty();
    }

    private static int status(RequestSpecification request, String method, String url) {
        if (!method.equals("get") && !method.equals("head")) {
            request.contentType("application/json").body("{}");
        }
        return request.request(method.toUpperCase(Locale.ROOT), url).statusCode();
    }

    @Test
    void refusalNamesRole() {
        bearer(VIEWER)
                .contentType("application/json")
                .body("{}")
                .post("/api/v1/databases/quiet/performance")
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("detail", equalTo("this needs the role operator, which token:reader does not have"));
        bearer(OPERATOR).get("/api/v1/audit").then().statusCode(403).contentType("application/problem+json");
    }

    @Test
    void expiredTokenIsNoToken() {
        bearer(EXPIRED).get("/api/v1/fleet").then().statusCode(401);
        bearer(VIEWER).get("/api/v1/fleet").then().statusCode(200);
    }

    @Test
    void userSignsInWithPassword() {
        Response anna = signIn("anna", PASSWORD);
        assertThat(anna.statusCode()).isEqualTo(303);
        session(anna).get("/api/v1/fleet").then().statusCode(200);
        session(anna).get("/").then().statusCode(200).body(containsString("Sign out"));
        session(anna).get("/api/v1/audit").then().statusCode(403);
        RestAssured.given().get("/login").then().body(containsString("name=\"user\""));
    }

    @Test
    void signOutEndsSessionOnServer() {
        Response anna = signIn("anna", PASSWORD);
        session(anna).redirects().follow(false).post("/logout").then().statusCode(303);
        session(anna).get("/api/v1/fleet").then().statusCode(401);
    }

    @Test
    void limitsFailedSignInsAndSaysWhenToTryAgain() {
        for (int i = 0; i < SignInLimit.FAILURES; i++) {
            Response wrong = signIn("vera", "wrong " + i);
            if (wrong.statusCode() == 429) {
                break;
            }
            assertThat(wrong.statusCode()).isEqualTo(401);
        }
        Response limited = signIn("vera", PASSWORD);
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(limited.header("Retry-After"))).isBetween(1, 30);
        for (int i = 0; i < SignInLimit.FAILURES; i++) {
            limit.succeeded("127.0.0.1", "vera");
        }
        assertThat(signIn("vera", PASSWORD).statusCode()).isEqualTo(303);
    }

    @Test
    void removedUserLosesAccessAtReload() throws IOException {
        Response anna = signIn("anna", PASSWORD);
        configure(WithAccounts.plain);
        session(anna).get("/api/v1/fleet").then().statusCode(401);
        bearer(VIEWER).get("/api/v1/fleet").then().statusCode(401);
        bearer(TokenProfile.TOKEN).get("/api/v1/fleet").then().statusCode(200);
    }

    @Test
    void changedPasswordEndsSessionsAtReload() throws IOException {
        Response anna = signIn("anna", PASSWORD);
        Response vera = signIn("vera", PASSWORD);
        String text = WithAccounts.plain + accounts("operator");
        configure(text.replace(
                "anna: { password-hash: \"" + HASH, "anna: { password-hash: \"" + Passwords.hash("another password")));
        session(anna).get("/api/v1/fleet").then().statusCode(401);
        session(vera).get("/api/v1/fleet").then().statusCode(200);
    }

    @Test
    void nobodyCanLockOutTheHolderOfTheToken() {
        SignInLimit anew = new SignInLimit();
        for (int i = 0; i < 2 * SignInLimit.FAILURES; i++) {
            anew.attempt("192.0.2." + i, "");
            anew.attempt("192.0.2." + i, "anna");
        }
        assertThat(anew.attempt("198.51.100.1", "")).isZero();
        assertThat(anew.attempt("198.51.100.1", "anna")).isPositive();
    }

    @Test
    void changedRoleTakesEffectAtReload() throws IOException {
        Response anna = signIn("anna", PASSWORD);
        session(anna).get("/api/v1/audit").then().statusCode(403);
        configure(WithAccounts.plain + accounts("admin"));
        session(anna).get("/api/v1/audit").then().statusCode(200);
    }

    @Test
    void auditHasSignInsChangesAndRefusals() throws IOException {
        signIn("anna", PASSWORD);
        signIn("anna", "wrong password");
        bearer(VIEWER).contentType("application/json").body("{}").post("/api/v1/databases/quiet/performance");
        bearer(OPERATOR).contentType("application/json").body("{}").post("/api/v1/databases/quiet/performance");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            List<Map<String, Object>> entries = bearer(TokenProfile.TOKEN)
                    .get("/api/v1/audit")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("entries");
            List<String> told = entries.stream()
                    .map(entry -> entry.get("caller") + " " + entry.get("action") + " " + entry.get("outcome"))
                    .toList();
            assertThat(told)
                    .contains(
                            "anna sign-in ok",
                            "anna sign-in refused",
                            "token:reader POST refused",
                            "token:deploy POST 400");
            assertThat(entries.toString()).doesNotContain(PASSWORD, HASH, VIEWER);
        });
        HashChain.Content written = HashChain.read(Path.of(WithAccounts.file + ".audit"), each -> {});
        assertThat(written.last()).isNotNull();
        assertThat(written.problems()).isEmpty();
    }
}
