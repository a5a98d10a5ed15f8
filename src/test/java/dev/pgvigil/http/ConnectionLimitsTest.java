package dev.pgvigil.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.RawHttp;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import io.vertx.core.file.impl.FileResolverImpl;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.spi.file.FileResolver;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The limits that docs/limits.md names, on the running service. */
@Tag("service")
@QuarkusTest
@TestProfile(ConnectionLimitsTest.Few.class)
class ConnectionLimitsTest {

    private static final int MOST = 40;
    private static final String PROBE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String SCRAPE = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LARGE =
            "GET /openapi HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TokenProfile.TOKEN + "\r\n\r\n";
    private static final String PARTIAL = "GET /health/live HTTP/1.1\r\nHost: local";

    public static final class Few implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> more = new HashMap<>(new TokenProfile().getConfigOverrides());
            more.put("pgvigil.http.max-connections", MOST + "");
            return more;
        }
    }

    @Inject
    ConnectionLimits limits;

    @Inject
    Vertx vertx;

    private final List<Socket> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Test
    void answersProbesWhileIdleConnectionsExceedTheLimit() throws IOException {
        for (int i = 0; i < 3 * MOST; i++) {
            connect();
            if (i % 10 == 0) {
                assertProbeAnswered();
            }
        }
        await().untilAsserted(() -> assertThat(closed()).isGreaterThanOrEqualTo(2 * MOST));
        assertProbeAnswered();
    }

    @Test
    void answersProbesWhilePartialRequestsExceedTheLimit() throws IOException {
        for (int i = 0; i < 3 * MOST; i++) {
            send(connect(), PARTIAL);
            if (i % 10 == 0) {
                assertProbeAnswered();
            }
        }
        await().untilAsserted(() -> assertThat(closed()).isGreaterThanOrEqualTo(2 * MOST));
        assertProbeAnswered();
    }

    @Test
    void closesConnectionWhoseRequestDoesNotArrive() throws IOException, InterruptedException {
        Socket slow = connect();
        long began = System.nanoTime();
        for (int i = 0; i < 100 && !isClosed(slow); i++) {
            // A byte now and then, which an idle timeout takes for life.
            trySend(slow, i == 0 ? PARTIAL : "x");
            Thread.sleep(200);
        }
        assertThat(isClosed(slow)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(ConnectionLimits.READ, ConnectionLimits.READ.plusSeconds(5));
    }

    @Test
    void closesConnectionsWhoseResponsesAreNotRead() throws IOException {
        for (int i = 0; i < MOST / 2; i++) {
            send(connectWithSmallBuffer(), LARGE.repeat(ConnectionLimits.PIPELINED));
        }
        await().until(() -> limits.unread() > 0);
        assertThat(limits.unread()).isLessThanOrEqualTo(limits.unreadLimit());
        assertProbeAnswered();
        int before = limits.open();
        await().atMost(ConnectionLimits.STALL.plusSeconds(15)).until(() -> limits.unread() == 0);
        assertThat(limits.open()).isLessThan(before);
        assertProbeAnswered();
    }

    @Test
    void boundsWhatIsUnreadWhenHundredsOfRequestsAreSentAhead() throws IOException {
        Socket socket = connect();
        send(socket, SCRAPE.repeat(500));
        await().atMost(Duration.ofSeconds(5)).until(() -> limits.open() == 0);
        assertThat(limits.unread()).isLessThanOrEqualTo(limits.unreadLimit());
        assertProbeAnswered();
    }

    @Test
    void answersRequestsSentAheadInTheirOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < ConnectionLimits.PIPELINED; i++) {
            requests.append("GET /nope HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: number-%d\r\n%s\r\n"
                    .formatted(i, i == ConnectionLimits.PIPELINED - 1 ? "Connection: close\r\n" : ""));
        }
        Socket socket = connect();
        send(socket, requests.toString());
        String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> ids = answers.lines()
                .filter(line -> line.startsWith("X-Request-Id: "))
                .map(line -> line.substring("X-Request-Id: number-".length()))
                .toList();
        assertThat(ids).hasSize(ConnectionLimits.PIPELINED);
        assertThat(ids).isSortedAccordingTo((one, other) -> Integer.parseInt(one) - Integer.parseInt(other));
    }

    @Test
    void answersBodiesSentAheadOneByOne() throws IOException {
        String login = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: 20000\r\n\r\ntoken=" + "x".repeat(20_000 - 6);
        Socket socket = connect();
        send(socket, login + login + login + PROBE.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
        String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(5);
        assertThat(answers).contains("HTTP/1.1 200");
    }

    @Test
    void speaksNoHttp2() {
        assertThat(RawHttp.ask(
                        RestAssured.port,
                        "GET /health/live HTTP/1.1",
                        "Host: localhost",
                        "Upgrade: h2c",
                        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"))
                .startsWith("HTTP/1.1 200");
        assertThat(RawHttp.ask(RestAssured.port, "PRI * HTTP/2.0", "", "SM", ""))
                .contains(" 400 ");
    }

    @ParameterizedTest
    @CsvSource({"2000, 1048576, 150, 2000", "2000, 300, 150, 75", "2000, 300, 299, 16", "10, 300, 150, 10"})
    void leavesFileDescriptorsForDatabases(int configured, long most, long used, int expected) {
        assertThat(ConnectionLimits.affordable(configured, most, used)).isEqualTo(expected);
    }

    @Test
    void writesNothingToTemporaryDirectory() {
        FileResolver resolver = ((VertxInternal) vertx).fileResolver();
        assertThat(((FileResolverImpl) resolver).cacheDir()).isNull();
    }

    private static void assertProbeAnswered() {
        assertThat(RawHttp.ask(RestAssured.port, "GET /health/live HTTP/1.1", "Host: localhost"))
                .startsWith("HTTP/1.1 200");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port);
        socket.setSoTimeout(10_000);
        open.add(socket);
        return socket;
    }

    private Socket connectWithSmallBuffer() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), RestAssured.port));
        open.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void trySend(Socket socket, String text) {
        try {
            send(socket, text);
        } catch (IOException closed) {
            // That is what is waited for.
        }
    }

    private long closed() {
        return open.stream().filter(ConnectionLimitsTest::isClosed).count();
    }

    /** Whether the server has closed it. */
    private static boolean isClosed(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(1);
            return in.available() == 0 && in.read() < 0;
        } catch (SocketTimeoutException alive) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
