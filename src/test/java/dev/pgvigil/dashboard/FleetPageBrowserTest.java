package dev.pgvigil.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.Chromium;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The page of fleets made by hand, small and large, in a real browser. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
@EnabledIf(value = "dev.pgvigil.testing.Chromium#installed", disabledReason = "Chromium is not installed")
@SuppressWarnings("NullAway.Init") // injected, or made before all tests
class FleetPageBrowserTest {

    private static final String HEIGHTS =
            "Math.max(...[...document.querySelectorAll('tbody tr')].map(r => r.offsetHeight))";
    private static final String WIDTH = "document.documentElement.scrollWidth";

    private static Chromium chromium;

    @Inject
    Fleet fleet;

    @TestHTTPResource
    URI service;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void end() {
        chromium.close();
    }

    @AfterEach
    void pagesHadNoErrors() {
        show(SampleFleet.nothing());
        List<String> complaints = chromium.complaints();
        chromium.closePages();
        assertThat(complaints).isEmpty();
    }

    @Test
    void rowsAreDenseForManyTargets() {
        show(SampleFleet.mixed());
        assertThat(height(open("/", 1280))).isLessThanOrEqualTo(52);
        show(crowd());
        Page page = open("/", 1280);
        assertThat(page.locator("tbody tr")).hasCount(100);
        assertThat(height(page)).isLessThanOrEqualTo(37);
        assertThat(page.locator("tbody small").first()).hasAttribute("title", "db2:5432 · PostgreSQL 18.4");
    }

    @Test
    void fitsPhoneWidth() {
        for (SampleFleet fleet : List.of(SampleFleet.mixed(), crowd(), SampleFleet.named(SampleFleet.HOSTILE))) {
            show(fleet);
            Page page = open("/", 360);
            assertThat(page.evaluate(WIDTH)).isEqualTo(360);
            page.locator("thead a").nth(1).click();
            assertThat(page.locator("thead th").nth(1)).hasAttribute("aria-sort", "ascending");
        }
    }

    @Test
    void filterStartsAtFirstPage() {
        show(crowd());
        Page page = open("/?sort=name", 1280);
        page.locator("a[rel=next]").click();
        assertThat(page.locator(".pages")).containsText("101–200 of 300");
        assertThat(page.locator("a.name").first()).hasText("n0100");
        page.locator("#q").pressSequentially("n");
        assertThat(page.locator(".pages")).containsText("1–100 of 300");
        assertThat(page).hasURL(at("/?sort=name&q=n"));
        page.locator("a[rel=next]").click();
        assertThat(page).hasURL(at("/?q=n&sort=name&page=2"));
        assertThat(page.locator("#q")).hasValue("n");
    }

    @Test
    void meetsAccessibilityRules() {
        // Few rows on the second page: each takes the rules long.
        show(SampleFleet.named(names(0, 110)).degraded(names(110, 120)));
        for (int width : new int[] {1280, 360}) {
            for (String path : List.of("/?page=2", "/nope")) {
                assertThat(Chromium.violations(open(path, width)))
                        .as("%s at %s", path, width)
                        .isEmpty();
            }
        }
    }

    private static SampleFleet crowd() {
        return SampleFleet.named(names(0, 260)).degraded(names(260, 300));
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj("n%04d"::formatted).toList();
    }

    private static int height(Page page) {
        return ((Number) page.evaluate(HEIGHTS)).intValue();
    }

    private Page open(String path, int width) {
        Page page = chromium.page(width, 900, ColorScheme.LIGHT);
        page.setExtraHTTPHeaders(Map.of("Authorization", "Bearer " + TokenProfile.TOKEN));
        page.navigate(at(path));
        return page;
    }

    private String at(String path) {
        return "http://127.0.0.1:" + service.getPort() + path;
    }

    private void show(SampleFleet made) {
        made.into(fleet, new FleetEvent.Added(Instant.now(), "any"));
    }
}
