package dev.pgvigil.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.target.Glob;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class StatusMonitorTest {

    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    @TempDir
    private Path folder;

    private StatusPage page(String name) {
        return new StatusPage(
                true,
                "Shops",
                "https://status.example.com",
                List.of(new StatusPage.Component("shop", name, List.of(new Glob("shop")))),
                folder.resolve("history").toString());
    }

    /** A component without a fresh observation is unknown; the test says what it is instead. */
    private static ComponentHistory broken(Instant until) {
        ComponentHistory history = new ComponentHistory();
        for (int i = 0; i <= 61; i++) {
            history.add(Status.UNHEALTHY, START.plusSeconds(i));
        }
        for (int i = 62; START.plusSeconds(i).isBefore(until); i++) {
            history.add(Status.HEALTHY, START.plusSeconds(i));
        }
        return history;
    }

    private static StatusMonitor.Report report(StatusPage page) {
        ComponentHistory history = broken(START.plusSeconds(200));
        return new StatusMonitor.Report(
                START.plusSeconds(200),
                List.of(new StatusMonitor.Line(
                        page.components().getFirst(), history.status(), List.of(), history.incidents())));
    }

    @Test
    void atomFeedIsWellFormedWhateverTheNames() throws Exception {
        StatusPage page = page("<Checkout> & \"pay\"");
        DocumentBuilderFactory parsers = DocumentBuilderFactory.newDefaultNSInstance();
        Element feed = parsers.newDocumentBuilder()
                .parse(new ByteArrayInputStream(
                        StatusFeeds.atom(page, report(page)).getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();

        assertThat(feed.getLocalName()).isEqualTo("feed");
        assertThat(feed.getNamespaceURI()).isEqualTo("http://www.w3.org/2005/Atom");
        Element entry = (Element) feed.getElementsByTagName("entry").item(0);
        assertThat(entry.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("<Checkout> & \"pay\" works again");
        assertThat(entry.getElementsByTagName("updated").item(0).getTextContent())
                .isEqualTo(START.plusSeconds(62).toString());
    }

    @Test
    void jsonFeedHasTheSameIncidents() {
        StatusPage page = page("Checkout");
        JsonObject feed = new JsonObject(StatusFeeds.json(page, report(page)));

        assertThat(feed.getString("version")).isEqualTo("https://jsonfeed.org/version/1.1");
        assertThat(feed.getString("feed_url")).isEqualTo("https://status.example.com/status.json");
        assertThat(feed.getJsonArray("items"))
                .singleElement()
                .satisfies(item ->
                        assertThat(((JsonObject) item).getString("title")).isEqualTo("Checkout works again"));
    }

    @Test
    void historyOutlivesARestart() throws Exception {
        Fleet fleet = new Fleet();
        SampleFleet.named(List.of("shop")).into(fleet);
        Instant now = Instant.now();
        StatusMonitor first = new StatusMonitor(fleet, () -> page("Checkout"));
        for (int i = 0; i <= 120; i++) {
            first.tick(now, now.plusSeconds(i));
        }
        assertThat(Files.size(folder.resolve("history"))).isPositive();
        StatusMonitor second = new StatusMonitor(fleet, () -> page("Checkout"));
        second.tick(now, now.plusSeconds(125));

        StatusMonitor.Line before = first.report().components().getFirst();
        StatusMonitor.Line after = second.report().components().getFirst();
        assertThat(before.status()).isNotEqualTo(Status.UNKNOWN);
        assertThat(after.days().stream()
                        .mapToDouble(ComponentHistory.Day::known)
                        .sum())
                .isGreaterThanOrEqualTo(119);
    }

    @Test
    void componentWithoutTargetsIsUnknownAndSoIsThePage() {
        StatusMonitor monitor = new StatusMonitor(new Fleet(), () -> page("Checkout"));
        monitor.tick(START, START);

        assertThat(monitor.report().components().getFirst().status()).isEqualTo(Status.UNKNOWN);
        assertThat(monitor.report().worst()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void unusableFileDoesNotStopThePage() throws Exception {
        Files.writeString(folder.resolve("history"), "no history");
        StatusMonitor monitor = new StatusMonitor(new Fleet(), () -> page("Checkout"));
        monitor.tick(START, START);

        assertThat(monitor.report().components()).hasSize(1);
    }
}
