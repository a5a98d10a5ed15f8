package dev.pgvigil.alert.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.standardwebhooks.Webhook;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Secret;
import dev.pgvigil.target.Glob;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.mail.internet.MimeMessage;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each channel against a real receiver, and receivers that misbehave. */
class ChannelsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final OutboundPolicy OPEN =
            new OutboundPolicy(List.of(new Glob("127.0.0.1"), new Glob("localhost")), true, Duration.ofSeconds(10));
    private static Vertx vertx;

    private HttpReceiver receiver;
    private ChannelClient client;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close();
    }

    @BeforeEach
    void open() {
        receiver = new HttpReceiver();
        client = new ChannelClient(vertx, OPEN, Messages.standard());
    }

    @AfterEach
    void close() {
        client.close();
        receiver.close();
    }

    private static Notification.Item item(String target, Severity severity) {
        return new Notification.Item(
                "id-" + target,
                "f-" + target,
                target,
                "connections",
                "connections/saturation",
                severity,
                "Connections <run out>",
                "97 of 100 connections & more are in use",
                Map.of("used", 97),
                Map.of("target", target, "team-name", "payments"),
                NOW.minusSeconds(60),
                null,
                "A pool is too large.",
                "Make it smaller.",
                "https://pgvigil.example.com/alerts/acknowledge?alert=1&receiver=a");
    }

    private static Notification firing(Notification.Item... items) {
        return new Notification(
                "n1",
                "a",
                "server=db1:5432",
                "0123456789abcdef",
                Notification.Reason.FIRED,
                NOW,
                List.of(items),
                List.of(),
                0,
                "https://pgvigil.example.com");
    }

    private static Notification over(Notification.Item... items) {
        return new Notification(
                "n2",
                "a",
                "server=db1:5432",
                "0123456789abcdef",
                Notification.Reason.RESOLVED,
                NOW,
                List.of(),
                List.of(items).stream().map(item -> item.resolved(NOW)).toList(),
                0,
                null);
    }

    private Delivery send(Channel channel, Notification notification) {
        return channel.send(notification, client).await().atMost(Duration.ofMinutes(1));
    }

    private JsonObject received() {
        assertThat(receiver.requests()).hasSize(1);
        return new JsonObject(receiver.requests().getFirst().body());
    }

    private URI url(String path) {
        return URI.create(receiver.url(path));
    }

    @Test
    void slackGetsBlocksWithinItsLimitsAndWithoutMarkupOfOthers() {
        Notification.Item[] many = IntStream.range(0, 60)
                .mapToObj(i -> item("shop" + i, Severity.HIGH))
                .toArray(Notification.Item[]::new);

        assertThat(send(new Slack(url("/services/x")), firing(many))).isInstanceOf(Delivery.Delivered.class);

        JsonArray blocks = received().getJsonArray("blocks");
        assertThat(blocks.size()).isLessThanOrEqualTo(50);
        assertThat(blocks.getJsonObject(0).getString("type")).isEqualTo("header");
        assertThat(blocks.getJsonObject(0).getJsonObject("text").getString("text"))
                .hasSizeLessThanOrEqualTo(150);
        assertThat(blocks.encode()).hasSizeLessThan(13_000).contains("&amp; more", "and 50 more");
        assertThat(received().getString("text")).contains("&lt;run out&gt;").doesNotContain("<run out>");
    }

    @Test
    void signatureIsValidForAnotherImplementation() throws Exception {
        String secret =
                "whsec_" + Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
        Channel channel = new dev.pgvigil.alert.channel.Webhook(url("/hook"), new Secret(secret));

        assertThat(send(channel, firing(item("shop", Severity.CRITICAL)))).isInstanceOf(Delivery.Delivered.class);

        HttpReceiver.Request request = receiver.requests().getFirst();
        Map<String, List<String>> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), List.of(value)));
        new Webhook(secret).verify(request.body(), HttpHeaders.of(headers, (name, value) -> true));
        assertThat(request.headers()).containsEntry("webhook-id", "n1");
        JsonObject body = received();
        assertThat(body.getString("type")).isEqualTo("alert.fired");
        JsonObject alert = body.getJsonObject("data").getJsonArray("alerts").getJsonObject(0);
        assertThat(alert.fieldNames())
                .contains("id", "type", "severity", "message", "metrics", "timestamp", "resolved");
        assertThat(alert.getJsonObject("metrics").getInteger("used")).isEqualTo(97);
        assertThat(channel.toString()).doesNotContain(secret);
    }

    @Test
    void httpPostHasTheTokenAndAStableIdOfTheNotification() {
        Channel channel = new HttpPost(url("/v2/publish"), new Secret("t0ken"), Map.of("Upstash-Retries", "3"));

        send(channel, firing(item("shop", Severity.LOW)));
        send(channel, firing(item("shop", Severity.LOW)));

        assertThat(receiver.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(new TreeMap<>(request.headers()))
                        .containsEntry("Authorization", "Bearer t0ken")
                        .containsEntry("Upstash-Retries", "3")
                        .containsEntry("Upstash-Deduplication-Id", "n1"));
        assertThat(channel.toString()).doesNotContain("t0ken");
    }

    @Test
    void pagerDutyTriggersAndResolvesOneIncidentOfTheGroup() {
        Channel channel = new PagerDuty(url("/v2/enqueue"), new Secret("r0uting"));

        send(channel, firing(item("shop", Severity.HIGH)));
        send(channel, over(item("shop", Severity.HIGH)));

        List<JsonObject> events = receiver.requests().stream()
                .map(request -> new JsonObject(request.body()))
                .toList();
        assertThat(events).extracting(event -> event.getString("event_action")).containsExactly("trigger", "resolve");
        assertThat(events).extracting(event -> event.getString("dedup_key")).containsOnly("0123456789abcdef");
        assertThat(events.getFirst().getJsonObject("payload").getString("severity"))
                .isEqualTo("error");
        assertThat(events.getFirst().getString("routing_key")).isEqualTo("r0uting");
    }

    @Test
    void smsIsAFormWithBasicAuthenticationAndItsReceiptIsKept() {
        receiver.behaving(
                request -> request.response().setStatusCode(201).end("{\"sid\": \"SM1\", \"status\": \"queued\"}"));
        Channel channel = new Sms(url(""), "AC1", new Secret("t0ken"), "+15005550006", "+15005550009");

        assertThat(send(channel, firing(item("shop", Severity.CRITICAL))))
                .isEqualTo(new Delivery.Delivered("SM1 queued"));

        HttpReceiver.Request request = receiver.requests().getFirst();
        assertThat(request.path()).isEqualTo("/2010-04-01/Accounts/AC1/Messages.json");
        assertThat(request.headers())
                .containsEntry(
                        "Authorization", "Basic " + Base64.getEncoder().encodeToString("AC1:t0ken".getBytes(UTF_8)));
        assertThat(URLDecoder.decode(request.body(), UTF_8))
                .contains(
                        "To=+15005550009",
                        "From=+15005550006",
                        "Body=CRITICAL shop: Connections",
                        "ValidityPeriod=300");
    }

    @Test
    void alertmanagerGetsOneActiveAlertForEachSeverityThatFires() {
        send(new Alertmanager(url("/")), firing(item("shop", Severity.HIGH)));

        assertThat(receiver.requests().getFirst().path()).isEqualTo("/api/v2/alerts");
        JsonArray alerts = new JsonArray(receiver.requests().getFirst().body());
        List<String> active = alerts.stream()
                .map(JsonObject.class::cast)
                .filter(alert -> Instant.parse(alert.getString("endsAt")).isAfter(NOW))
                .map(alert -> alert.getJsonObject("labels").getString("severity"))
                .toList();
        assertThat(active).containsExactly("high");
        assertThat(alerts.getJsonObject(0).getJsonObject("labels").getString("team_name"))
                .isEqualTo("payments");
    }

    @Test
    void statuspageOpensAnIncidentOnceAndResolvesIt() {
        Channel channel = new Statuspage(url(""), "page1", new Secret("k"), "Database incident", List.of("c1"));
        String open = new JsonArray()
                .add(new JsonObject()
                        .put("id", "inc1")
                        .put(
                                "metadata",
                                new JsonObject().put("pgvigil", new JsonObject().put("key", "0123456789abcdef"))))
                .encode();
        receiver.behaving(request -> request.response().end("[]"));
        send(channel, firing(item("shop", Severity.CRITICAL)));
        receiver.behaving(request -> request.response().end(open));
        send(channel, firing(item("shop", Severity.CRITICAL)));
        send(channel, over(item("shop", Severity.CRITICAL)));

        assertThat(receiver.requests())
                .extracting(
                        request -> request.method() + " " + request.path().replaceAll("^/v1/pages/page1/incidents", ""))
                .containsExactly(
                        "GET /unresolved", "POST ", "GET /unresolved", "PATCH /inc1", "GET /unresolved", "PATCH /inc1");
        JsonObject last = new JsonObject(receiver.requests().getLast().body()).getJsonObject("incident");
        assertThat(last.getString("status")).isEqualTo("resolved");
        assertThat(last.encode()).as("the public reads it").doesNotContain("shop", "connections");
    }

    @Test
    void mailHasTextAndHtmlThatCannotBeBroken() throws Exception {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.setUser("pgvigil@example.com", "pgvigil", "pa55word");
        server.start();
        try {
            Channel channel = new Email(
                    "127.0.0.1",
                    server.getSmtp().getPort(),
                    Email.Tls.NONE,
                    "pgvigil",
                    new Secret("pa55word"),
                    "pgvigil@example.com",
                    List.of("ops@example.com"));

            assertThat(send(channel, firing(item("shop\r\nBcc: evil@example.com", Severity.CRITICAL))))
                    .isInstanceOf(Delivery.Delivered.class);

            MimeMessage mail = server.getReceivedMessages()[0];
            assertThat(mail.getSubject()).isEqualTo("CRITICAL shop Bcc: evil@example.com: Connections <run out>");
            assertThat(mail.getHeader("Bcc")).isNull();
            String body = GreenMailUtil.getBody(mail);
            assertThat(body).contains("text/plain", "text/html", "Connections &lt;run out&gt;");
            assertThat(channel.toString()).doesNotContain("pa55word");
        } finally {
            server.stop();
        }
    }

    @Test
    void mailServerThatIsAwayIsTriedAgain() {
        Channel channel = new Email(
                "127.0.0.1", 1, Email.Tls.NONE, null, null, "pgvigil@example.com", List.of("ops@example.com"));

        assertThat(send(channel, firing(item("shop", Severity.LOW)))).isInstanceOf(Delivery.Failed.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 503})
    void temporaryErrorsAreTriedAgain(int status) {
        receiver.answering(status);

        assertThat(send(new HttpPost(url("/"), null, Map.of()), firing(item("shop", Severity.LOW))))
                .isEqualTo(new Delivery.Failed("the receiver answered with status " + status, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 410})
    void permanentErrorsAreNot(int status) {
        receiver.answering(status);

        assertThat(send(new HttpPost(url("/"), null, Map.of()), firing(item("shop", Severity.LOW))))
                .isEqualTo(new Delivery.Refused("the receiver answered with status " + status));
    }

    @Test
    void receiverSaysWhenToTryAgain() {
        receiver.behaving(request -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", "17")
                .end());

        assertThat(send(new HttpPost(url("/"), null, Map.of()), firing(item("shop", Severity.LOW))))
                .isEqualTo(new Delivery.Failed("the receiver answered with status 429", Duration.ofSeconds(17)));
        assertThat(ChannelClient.retryAfter("999999999")).isEqualTo(Duration.ofHours(1));
        assertThat(ChannelClient.retryAfter("Sun, 06 Nov 1994 08:49:37 GMT")).isEqualTo(Duration.ZERO);
        assertThat(ChannelClient.retryAfter("soon")).isNull();
    }

    @Test
    void redirectIsNotFollowed() {
        receiver.behaving(request -> request.response()
                .setStatusCode(302)
                .putHeader("Location", receiver.url("/elsewhere"))
                .end());

        assertThat(send(new HttpPost(url("/"), null, Map.of()), firing(item("shop", Severity.LOW))))
                .isEqualTo(new Delivery.Refused("the receiver answered with status 302"));
        assertThat(receiver.requests()).hasSize(1);
    }

    @Test
    void receiverThatNeverAnswersOrDropsEndsWithTheDeadline() {
        ChannelClient impatient = new ChannelClient(
                vertx, new OutboundPolicy(OPEN.hosts(), true, Duration.ofMillis(300)), Messages.standard());
        Channel channel = new HttpPost(url("/"), null, Map.of());
        receiver.behaving(request -> {});
        Delivery silent = channel.send(firing(item("shop", Severity.LOW)), impatient)
                .await()
                .atMost(Duration.ofSeconds(30));
        receiver.behaving(request -> request.connection().close());
        Delivery dropped = channel.send(firing(item("shop", Severity.LOW)), impatient)
                .await()
                .atMost(Duration.ofSeconds(30));
        impatient.close();

        assertThat(silent).isInstanceOf(Delivery.Failed.class);
        assertThat(dropped).isInstanceOf(Delivery.Failed.class);
    }

    @Test
    void privateAddressesAndUnlistedHostsAreRefused() {
        ChannelClient closed = new ChannelClient(
                vertx, new OutboundPolicy(OPEN.hosts(), false, Duration.ofSeconds(10)), Messages.standard());
        Channel channel = new HttpPost(url("/"), null, Map.of());

        assertThat(channel.send(firing(item("shop", Severity.LOW)), closed)
                        .await()
                        .atMost(Duration.ofSeconds(30)))
                .isInstanceOf(Delivery.Refused.class);
        assertThat(send(new HttpPost(URI.create("http://evil.example/"), null, Map.of()), firing()))
                .isEqualTo(new Delivery.Refused("the host evil.example is not in alerts.outbound.allowed-hosts"));
        assertThat(receiver.requests()).isEmpty();
        closed.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "fe80::1",
                "fd00::1",
                "::ffff:10.0.0.1"
            })
    void addressIsPrivate(String address) throws Exception {
        assertThat(OutboundPolicy.isPrivate(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "100.63.0.1", "172.32.0.1", "2606:4700::1111"})
    void addressIsPublic(String address) throws Exception {
        assertThat(OutboundPolicy.isPrivate(InetAddress.getByName(address))).isFalse();
    }
}
