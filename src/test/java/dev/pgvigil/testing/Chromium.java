package dev.pgvigil.testing;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Debian's Chromium; it is never downloaded. Used only from the thread that started it. */
public final class Chromium implements AutoCloseable {

    private static final Path BINARY = Path.of("/usr/bin/chromium");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MISSING = "Chromium is not installed (apt-get install chromium)";

    private final Playwright playwright =
            Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    private final Browser browser;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private Chromium() {
        PlaywrightAssertions.setDefaultAssertionTimeout((double) PATIENCE.toMillis());
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(BINARY)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking")));
    }

    /** Whether it is installed; prints a message if not. */
    public static boolean installed() {
        boolean installed = Tools.installed(BINARY.toString());
        if (!installed) {
            System.out.println("The tests in a browser are skipped: " + MISSING);
        }
        return installed;
    }

    public static Chromium start() {
        return new Chromium();
    }

    /** A page in a new context, without history. Its errors are kept as complaints. */
    public Page page(int width, int height, ColorScheme scheme) {
        return page(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme));
    }

    /** The same, with scripts switched off. */
    public Page pageWithoutScripts(int width, int height) {
        return page(
                new Browser.NewContextOptions().setViewportSize(width, height).setJavaScriptEnabled(false));
    }

    private Page page(Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout((double) PATIENCE.toMillis());
        Page page = context.newPage();
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        page.onPageError(error -> complaints.add("error: " + error));
        page.onConsoleMessage(message -> {
            if (message.type().equals("warning") || message.text().contains("Content Security Policy")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        return page;
    }

    /** The violations of axe's rules of accessibility in a page. */
    public static List<Rule> violations(Page page) {
        AxeRunOptions options = new AxeRunOptions();
        // The paths of all elements that are right take longer than the rules.
        options.setResultTypes(List.of("violations"));
        return new AxeBuilder(page).options(options).analyze().getViolations();
    }

    /** Dialogs, script errors, warnings and violations of the content security policy in all pages since the last call. */
    public List<String> complaints() {
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    /** Closes all pages, which would go on updating themselves. */
    public void closePages() {
        List.copyOf(browser.contexts()).forEach(BrowserContext::close);
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
