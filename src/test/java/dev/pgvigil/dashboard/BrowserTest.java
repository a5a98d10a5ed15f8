package dev.pgvigil.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.pgvigil.testing.Chromium;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.TcpProxy;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pages in a real browser, over real servers. */
@Tag("service")
@QuarkusTest
@TestProfile(PageServers.Profile.class)
@EnabledIf(value = "dev.pgvigil.testing.Chromium#installed", disabledReason = "Chromium is not installed")
@SuppressWarnings("NullAway.Init") // injected, or made before all tests
class BrowserTest {

    private static final Pattern STALE = Pattern.compile("stale");

    private static Chromium chromium;

    PgServer shop;

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
        List<String> complaints = chromium.complaints();
        chromium.closePages();
        assertThat(complaints).isEmpty();
    }

    @Test
    void showsFrozenServerAndRecoveryWithoutReload() {
        Page fleet = open("/", 1280, ColorScheme.LIGHT);
        Page database = open("/database?name=shop", 1280, ColorScheme.LIGHT);
        assertThat(row(fleet, "shop")).containsText("healthy");
        fleet.evaluate("window.sameDocument = true");
        shop.freeze();
        try {
            assertThat(status(fleet, "shop")).hasText("unhealthy");
            assertThat(database.locator(".lead")).hasText(Pattern.compile("^unhealthy for"));
            assertThat(fleet).hasTitle(Pattern.compile("1 unhealthy.* – pgvigil"));
            assertThat(fleet.locator("link[rel=icon]")).hasAttribute("href", "/icon-unhealthy.svg");
            assertThat(fleet.locator("#announcement")).containsText("shop is unhealthy");
            assertThat(worst(database)).containsText("no answer");
            assertThat(fleet.locator("tbody tr").first()).containsText("shop");
        } finally {
            shop.thaw();
        }
        assertThat(status(fleet, "shop")).hasText("healthy");
        assertThat(database.locator(".lead")).containsText(Pattern.compile("^healthy for"));
        assertThat(fleet.evaluate("window.sameDocument")).isEqualTo(true);
        assertThat(database.locator("figure[data-key=heartbeat] path.lost")).hasCount(1);
    }

    @Test
    void escapesHostileTexts() throws SQLException {
        try (Connection connection = shop.jdbc("postgres", "postgres", null, "<img src=x onerror=pwned=2>");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select 1 as \"<img src=x onerror=pwned=3>\"");
            Page page = open("/database?name=shop&tab=activity", 1280, ColorScheme.LIGHT);
            assertThat(page.locator("#work + .card")).containsText("<img src=x onerror=pwned=2>");
            tab(page, "Connections").click();
            assertThat(page.locator("#use + .card")).containsText("<img src=x onerror=pwned=2>");
            for (String name : PageServers.HOSTILE) {
                page.navigate(at("/"));
                Locator link = page.locator("a.name").filter(new Locator.FilterOptions().setHasText(name.substring(3)));
                link.click();
                assertThat(page.locator("h1")).hasText(Pattern.compile("^many:"));
                assertThat(page.locator("h1").textContent()).isEqualTo("many:" + name);
                assertThat(page.evaluate("typeof pwned")).isEqualTo("undefined");
                assertThat(page.locator("img, iframe, main script")).hasCount(0);
            }
        }
    }

    @Test
    void updateKeepsUserState() throws SQLException {
        shop.sql("create table if not exists queue (id int)");
        try (Connection first = shop.jdbc("postgres");
                Connection second = shop.jdbc("postgres");
                Statement holds = first.createStatement();
                Statement waits = second.createStatement()) {
            first.setAutoCommit(false);
            holds.execute("lock table queue in access exclusive mode");
            Thread waiting = Thread.startVirtualThread(() -> count(waits));
            Page page = open("/database?name=shop&tab=activity", 1280, ColorScheme.LIGHT);
            assertThat(page.locator(".tree")).containsText("waits");
            assertThat(page.locator(".tree .d1")).containsText("AccessShareLock on public.queue");
            tab(page, "Overview").click();
            worst(page).locator("summary").click();
            worst(page).locator("summary").focus();
            page.evaluate("getSelection().selectAllChildren(document.querySelector('.finding .sql code'))");
            String selected = String.valueOf(page.evaluate("String(getSelection())"));
            awaitUpdates(page, 3);
            assertThat(worst(page).locator("details")).hasAttribute("open", "");
            assertThat(worst(page).locator("summary")).isFocused();
            assertThat(page.evaluate("String(getSelection())"))
                    .isEqualTo(selected)
                    .asString()
                    .startsWith("select pg_");
            worst(page).locator(".copy").click();
            assertThat(worst(page).locator(".copy")).hasText(Pattern.compile("Copied|Selected"));
            tab(page, "Activity").click();
            assertThat(page.locator(".tree")).containsText("waits");
            first.rollback();
            assertThat(page.locator(".tree")).hasCount(0);
            join(waiting);
        }
    }

    @Test
    void filtersWhileTyping() {
        Page page = open("/", 1280, ColorScheme.LIGHT);
        assertThat(page.locator("tbody tr")).hasCount(2 + PageServers.HOSTILE.size());
        page.locator("#q").focus();
        page.keyboard().type("eu-west");
        assertThat(page.locator("tbody tr")).hasCount(1);
        awaitUpdates(page, 2);
        assertThat(page.locator("#q")).isFocused();
        assertThat(page.locator("#q")).hasValue("eu-west");
        page.reload();
        assertThat(page.locator("tbody tr")).hasCount(1);
        assertThat(page.locator("#q")).hasValue("eu-west");
    }

    @Test
    void withoutScriptsFleetCanBeFilteredAndReloaded() {
        Page page = chromium.pageWithoutScripts(1280, 900);
        page.navigate(at("/"));
        page.locator("#q").fill("eu-west");
        page.locator("#filter button").click();
        assertThat(page.locator("tbody tr")).hasCount(1);

        Locator time = page.locator(".asof");
        String before = time.textContent();
        page.waitForTimeout(1100);
        time.locator("a").click();
        assertThat(time).not().hasText(before);
        assertThat(page.locator("tbody tr")).hasCount(1);

        page.locator("#q").fill("");
        page.locator("#filter button").click();
        assertThat(page.locator("tbody tr")).hasCount(2 + PageServers.HOSTILE.size());
    }

    @Test
    void supportsKeyboard() {
        Page page = open("/", 1280, ColorScheme.LIGHT);
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        Locator first = page.locator("a.name").first();
        while (!page.evaluate("document.activeElement.localName").equals("body")
                && !first.evaluate("link => link === document.activeElement").equals(true)) {
            page.keyboard().press("Tab");
        }
        assertThat(first).isFocused();
        page.keyboard().press("j");
        assertThat(page.locator("a.name").nth(1)).isFocused();
        page.keyboard().press("k");
        assertThat(first).isFocused();
        String name = first.textContent();
        page.keyboard().press("Enter");
        assertThat(page.locator("h1")).hasText(name);
        page.goBack();
        assertThat(page.locator("#q")).isVisible();
    }

    /** Who speaks to a browser, or reads by ear, sends single keys without meaning them for the page. */
    @Test
    void singleKeysWorkOnlyInTable() {
        Page page = open("/", 1280, ColorScheme.LIGHT);
        for (String outside : List.of(".skip", ".mark", ".pill >> nth=0", "#theme")) {
            page.locator(outside).focus();
            for (String key : List.of("j", "k", "/")) {
                page.keyboard().press(key);
                assertThat(page.locator(outside)).isFocused();
            }
        }
        assertThat(page.locator(".keys")).hasText("j next database, k previous database, / filter.");
        page.locator("thead a").first().focus();
        page.keyboard().press("j");
        assertThat(page.locator("a.name").first()).isFocused();
        page.keyboard().press("/");
        assertThat(page.locator("#q")).isFocused();
        page.keyboard().type("j/k");
        assertThat(page.locator("#q")).hasValue("j/k");
        page.keyboard().press("Escape");
        assertThat(page.locator("#q")).not().isFocused();
    }

    @Test
    void tabsLoadIntoPage() {
        Page page = open("/database?name=shop", 1280, ColorScheme.LIGHT);
        page.evaluate("window.sameDocument = true");
        tab(page, "Activity").click();
        assertThat(page.locator("#work")).isVisible();
        assertThat(page.locator("#findings")).hasCount(0);
        assertThat(tab(page, "Activity")).hasAttribute("aria-selected", "true");
        assertThat(tab(page, "Activity")).isFocused();
        assertThat(page).hasURL(at("/database?name=shop&tab=activity"));
        awaitUpdates(page, 2);
        assertThat(page.locator("#work")).isVisible();
        page.goBack();
        assertThat(page.locator("#findings")).isVisible();
        assertThat(page.evaluate("window.sameDocument")).isEqualTo(true);
        page.goForward();
        assertThat(page.locator("#work")).isVisible();
        page.reload();
        assertThat(page.locator("#work")).isVisible();
    }

    @Test
    void tabsSupportKeyboard() {
        Page page = open("/database?name=shop", 1280, ColorScheme.LIGHT);
        tab(page, "Overview").focus();
        page.keyboard().press("ArrowRight");
        assertThat(tab(page, "Activity")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("#work")).isVisible();
        page.keyboard().press("ArrowRight");
        page.keyboard().press(" ");
        assertThat(page.locator("#use")).isVisible();
        assertThat(tab(page, "Connections")).isFocused();
        page.keyboard().press("End");
        assertThat(tab(page, "Checks")).isFocused();
        page.keyboard().press("ArrowRight");
        assertThat(tab(page, "Overview")).isFocused();
        page.keyboard().press("ArrowLeft");
        assertThat(tab(page, "Checks")).isFocused();
        page.keyboard().press("Home");
        assertThat(tab(page, "Overview")).isFocused();
    }

    @Test
    void withoutScriptsTabsAreLinks() {
        Page page = chromium.pageWithoutScripts(1280, 900);
        page.navigate(at("/database?name=shop"));
        tab(page, "Connections").click();
        assertThat(page.locator("#use")).isVisible();
        assertThat(page.locator("#findings")).hasCount(0);
        tab(page, "Overview").click();
        assertThat(page.locator("#findings")).isVisible();
    }

    private static Locator tab(Page page, String title) {
        return page.getByRole(AriaRole.TAB, new Page.GetByRoleOptions().setName(title));
    }

    @Test
    void showsInterruptedStreamAndReconnects() {
        try (TcpProxy proxy = TcpProxy.before(service.getPort())) {
            Page page = chromium.page(1280, 900, ColorScheme.LIGHT);
            page.navigate("http://127.0.0.1:" + proxy.port() + "/database?name=shop");
            assertThat(page.locator("#state")).hasText("Live");
            assertThat(page.locator("#banner")).isHidden();
            proxy.pause();
            assertThat(page.locator("#banner")).containsText("pgvigil does not answer. Last update:");
            assertThat(page.locator("#live")).hasClass(STALE);
            proxy.resume();
            assertThat(page.locator("#banner")).isHidden();
            assertThat(page.locator("#state")).hasText("Live");
            proxy.cut();
            assertThat(page.locator("#state")).hasText("Live");
            awaitUpdates(page, 2);
        }
    }

    @Test
    void pollsWithoutStreamAndShowsIt() {
        Page page = chromium.page(1280, 900, ColorScheme.LIGHT);
        page.route(Pattern.compile("/api/v1/events"), Route::abort);
        page.navigate(at("/"));
        assertThat(page.locator("#state")).hasText("Polling");
        assertThat(page.locator("#banner")).containsText("The event stream is interrupted");
        awaitUpdates(page, 2);
        page.unroute(Pattern.compile("/api/v1/events"));
        assertThat(page.locator("#state")).hasText("Live", new LocatorAssertions.HasTextOptions().setTimeout(30_000));
        assertThat(page.locator("#banner")).isHidden();
    }

    /** A browser has six connections to one address, and each stream takes one. */
    @Test
    void hiddenPagesCloseStream() {
        Page first = open("/", 1280, ColorScheme.LIGHT);
        hide(first, true);
        for (int i = 0; i < 8; i++) {
            Page page = first.context().newPage();
            page.navigate(at("/"));
            assertThat(page.locator("#state")).hasText("Live");
            hide(page, true);
        }
        hide(first, false);
        assertThat(first.locator("#state")).hasText("Live");
        assertThat(first.locator("#banner")).isHidden();
        awaitUpdates(first, 2);
        first.context().close();
    }

    private static void hide(Page page, boolean hidden) {
        page.evaluate(
                "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
                        + " document.dispatchEvent(new Event('visibilitychange')); }",
                hidden);
    }

    @Test
    void chartShowsValueAtPointer() {
        Page page = open("/database?name=shop", 1280, ColorScheme.LIGHT);
        page.locator("figure[data-key=heartbeat] svg").hover();
        assertThat(page.locator(".reading")).hasText(Pattern.compile("[0-9:]{8} UTC  .*(ms|no data)"));
        page.locator("h1").hover();
        assertThat(page.locator(".reading")).isHidden();
    }

    @Test
    void rejectsOtherPageAndShowsBanner() {
        Page page = open("/", 1280, ColorScheme.LIGHT);
        String title = page.title();
        page.route(
                at("/"),
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody("<!doctype html><title>Sign in</title><main><h1>Sign in</h1></main>")));
        assertThat(page.locator("#banner")).containsText("returned another page");
        assertThat(page.locator("#live")).hasClass(STALE);
        assertThat(page.locator("#state")).hasText(Pattern.compile("[0-9]+ s old"));
        assertThat(page).hasTitle(title);
        assertThat(row(page, "shop")).isVisible();
        page.unroute(at("/"));
        assertThat(page.locator("#banner")).isHidden();
        assertThat(page.locator("#state")).hasText("Live");
    }

    @Test
    void keepsChosenTheme() {
        Page page = open("/", 1280, ColorScheme.DARK);
        Object dark = ground(page);
        Locator button = page.locator("#theme");
        assertThat(button).hasText("Theme: system");
        button.click();
        assertThat(button).hasText("Theme: light");
        assertThat(ground(page)).isNotEqualTo(dark);
        page.reload();
        assertThat(page.locator("#theme")).hasText("Theme: light");
        assertThat(ground(page)).isNotEqualTo(dark);
        page.locator("#theme").click();
        assertThat(ground(page)).isEqualTo(dark);
    }

    @Test
    void pagesFitPhoneWidth() {
        for (String path : paths()) {
            Page page = open(path, 360, ColorScheme.LIGHT);
            Object tooWide = page.evaluate("""
                    () => [...document.querySelectorAll('main *')]
                        .filter(element => element.getBoundingClientRect().right > 360)
                        .map(element => element.tagName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 60))
                        .slice(-3).join('; ')""");
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as(path + ": " + tooWide)
                    .isEqualTo(360);
            page.context().close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void meetsAccessibilityRules(ColorScheme scheme) {
        for (String path : scheme == ColorScheme.LIGHT ? paths() : paths().subList(0, 4)) {
            for (int width :
                    scheme == ColorScheme.LIGHT && !path.contains("tab=") ? new int[] {1280, 360} : new int[] {1280}) {
                Page page = open(path, width, scheme);
                assertThat(Chromium.violations(page))
                        .as("%s at %s", path, width)
                        .isEmpty();
                page.context().close();
            }
        }
    }

    private static List<String> paths() {
        return List.of(
                "/",
                "/database?name=shop",
                "/database?name=shop&tab=activity",
                "/database?name=shop&tab=connections",
                "/database?name=shop&tab=checks",
                Href.database("many:" + PageServers.HOSTILE.getLast()),
                Href.database("many:" + PageServers.HOSTILE.getFirst()),
                "/database?name=nope");
    }

    private Page open(String path, int width, ColorScheme scheme) {
        Page page = chromium.page(width, 900, scheme);
        page.navigate(at(path));
        assertThat(page.locator("#state")).hasText("Live");
        return page;
    }

    private String at(String path) {
        return "http://127.0.0.1:" + service.getPort() + path;
    }

    private static Locator row(Page page, String name) {
        return page.locator("tr[data-key='" + name + "']");
    }

    private static Locator worst(Page page) {
        return page.locator(".finding").first();
    }

    private static Locator status(Page page, String name) {
        return row(page, name).locator(".status");
    }

    private static Object ground(Page page) {
        return page.evaluate("getComputedStyle(document.body).backgroundColor");
    }

    /** Waits until the page has been renewed so often. */
    private static void awaitUpdates(Page page, int times) {
        for (int i = 0; i < times; i++) {
            Locator time = page.locator(".asof");
            assertThat(time).not().hasText(time.textContent());
        }
    }

    private static void count(Statement statement) {
        try {
            statement.execute("select count(*) from queue");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
