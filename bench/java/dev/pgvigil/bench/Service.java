package dev.pgvigil.bench;

import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A service as a separate process on a port of the loopback address; it ends at {@link #close} or with this JVM. */
final class Service implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(90);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final Path log;
    private final int port;
    private final long spawned;

    private Service(Process process, Path log, int port, long spawned) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.spawned = spawned;
    }

    /** Starts a command that listens on this port; returns at once. */
    static Service start(int port, List<String> command, Map<String, String> environment) throws IOException {
        Path home = ServersDirectory.directory("service");
        Path log = home.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // The user's own pgvigil configuration must not affect a benchmark.
        builder.environment().keySet().removeIf(name -> name.matches("DATABASE_URL|JAVA_.*|(PGVIGIL|QUARKUS|OTEL)_.*"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        long spawned = System.nanoTime();
        return new Service(builder.start(), log, port, spawned);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    Proc proc() {
        return new Proc(process.pid());
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Sends requests until the status is 200; returns the time from the start of the process to that answer. */
    Duration awaitOk(String path) throws IOException, InterruptedException {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        while (!says200(request)) {
            if (!process.isAlive() || System.nanoTime() - spawned > START.toNanos()) {
                throw new IOException("no 200 at " + at(path) + ":\n" + log());
            }
            Thread.sleep(2);
        }
        return Duration.ofNanos(System.nanoTime() - spawned);
    }

    /** A plain socket, no client library: it costs the starting process almost nothing. */
    private boolean says200(byte[] request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) START.toMillis());
            socket.getOutputStream().write(request);
            String line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return line.equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    /** The answer's body, whatever the status. */
    String get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(at(path)).timeout(ANSWER).build(), BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        client.shutdownNow();
        process.destroy();
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
