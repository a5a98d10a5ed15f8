package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class NetworkFaultsTest {

    @Test
    void acceptsAndNeverAnswersAsMute() throws Exception {
        try (UnresponsiveServer mute = UnresponsiveServer.start();
                Socket socket = new Socket(mute.host(), mute.port())) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write(1);

            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            Waiting.until("it counts", () -> mute.accepted() == 1);
        }
    }

    @Test
    void refusesConnections() throws Exception {
        try (ClosedPort refusing = ClosedPort.start();
                Socket socket = new Socket()) {
            assertThatThrownBy(() -> socket.connect(Sockets.loopback(refusing.port()), 1000))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void neverConnectsToBlackhole() throws Exception {
        try (Blackhole hole = Blackhole.start();
                Socket socket = new Socket()) {
            assertThatThrownBy(() -> socket.connect(Sockets.loopback(hole.port()), 1500))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void passesPausesDelaysAndCutsAsProxy() throws Exception {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (TcpProxy proxy = TcpProxy.before(server);
                Connection connection = new Database(proxy.port(), "postgres").connect("postgres", null, "proxied")) {
            assertThat(one(connection)).isEqualTo(1);

            proxy.pause();
            CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> one(connection));
            assertThatThrownBy(() -> asked.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            proxy.resume();
            assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(1);

            proxy.latency(Duration.ofMillis(150));
            long start = System.nanoTime();
            assertThat(one(connection)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));

            proxy.cut();
            assertThatThrownBy(() -> one(connection)).hasCauseInstanceOf(SQLException.class);
            assertThat(proxy.accepted()).isEqualTo(1);
        }
    }

    private static int one(Connection connection) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select 1")) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
