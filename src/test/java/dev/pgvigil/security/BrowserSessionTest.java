package dev.pgvigil.security;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.sun.net.httpserver.HttpServer;
import dev.pgvigil.testing.Chromium;
import dev.pgvigil.testing.TokenProfile;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session as a real browser carries it. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
@EnabledIf(value = "dev.pgvigil.testing.Chromium#installed", disabledReason = "Chromium is not installed")
@SuppressWarnings("NullAway.Init") // injected, or made before all tests
class BrowserSessionTest {

    private static Chromium chromium;

    @TestHTTPResource
    URI service;

    @Inject
    MeterRegistry meters;

    private HttpServer elsewhere;
    private Page page;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void end() {
        chromium.close();
    }

    @BeforeEach
    void openPage() {
        page = chromium.page(1280, 900, ColorScheme.LIGHT);
    }

    /** A server whose page links to a database and shows a picture that is none. */
    @BeforeEach
    void serveElsewhere() throws IOException {
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] body = "<!doctype html><a href=\"%s\">look</a><img src=\"%s\">"
                .formatted(here("/database?name=quiet"), here("/api/v1/fleet"))
                .getBytes(StandardCharsets.UTF_8);
        elsewhere.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        elsewhere.start();
    }

    @AfterEach
    void stopElsewhere() {
        elsewhere.stop(0);
        page.context().close();
    }

    @Test
    void linkFromOtherSiteRequiresLoginOnce() {
        page.navigate(elsewhere("localhost"));
        page.locator("a").click();
        signIn();
        assertThat(page).hasURL(here("/database?name=quiet"));

        page.navigate(elsewhere("localhost"));
        page.locator("a").click();
        assertThat(page).hasURL(here("/database?name=quiet"));
    }

    /** To cookies, other ports of one host are the same site. */
    @ParameterizedTest
    @CsvSource({"localhost, missing", "127.0.0.1, site"})
    void rejectsOtherRequestsFromOtherSites(String host, String reason) {
        page.navigate(here("/login"));
        signIn();
        assertThat(page).hasURL(here("/"));

        double before = refused(reason);
        page.navigate(elsewhere(host));
        await().until(() -> refused(reason) == before + 1);
    }

    @Test
    void signOutRequiresNewLogin() {
        page.navigate(here("/"));
        signIn();
        page.locator("text=Sign out").click();
        assertThat(page).hasURL(here("/login"));
        page.navigate(here("/"));
        assertThat(page.locator("#token")).isVisible();
    }

    @Test
    void loginAfterExpiryReturnsToPage() {
        String shown = here("/database?name=quiet");
        page.navigate(shown);
        signIn();
        assertThat(page).hasURL(shown);
        page.context().clearCookies();
        signIn();
        assertThat(page).hasURL(shown);
    }

    private void signIn() {
        page.locator("#token").fill(TokenProfile.TOKEN);
        page.locator("button").click();
    }

    private String here(String path) {
        return "http://127.0.0.1:" + service.getPort() + path;
    }

    private String elsewhere(String host) {
        return "http://" + host + ":" + elsewhere.getAddress().getPort() + "/";
    }

    private double refused(String reason) {
        return meters.get("pgvigil.http.refused")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
