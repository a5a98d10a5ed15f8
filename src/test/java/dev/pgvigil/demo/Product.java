package dev.pgvigil.demo;

import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The built service as a separate process that monitors the demo's servers. */
final class Product implements AutoCloseable {

    private static final Path STARTER = Path.of("bin/pgvigil").toAbsolutePath();
    /** The cache is valid for one Java build only: in an image, for the image's. */
    private static final String JAVA = System.getenv().getOrDefault("PGVIGIL_JAVA", System.getProperty("java.home"));

    private static final Duration START = Duration.ofSeconds(60);

    /** The starter's options for the AOT cache. */
    enum Aot {
        ON,
        TRAIN
    }

    private final Process process;
    private final Path config;
    private final Path log;
    private final URI address;

    private Product(Process process, Path config, Path log, URI address) {
        this.process = process;
        this.config = config;
        this.log = log;
        this.address = address;
    }

    /** Starts it in a directory that is removed when this JVM ends; the process ends too. */
    static Product start(Servers servers, Aot aot) throws IOException {
        return start(servers, aot, Map.of());
    }

    /** The same, with more variables in its environment. */
    static Product start(Servers servers, Aot aot, Map<String, String> variables) throws IOException {
        Path home = ServersDirectory.directory("pgvigil");
        Path config = FleetFile.write(home, servers);
        int port = port();
        Path log = home.resolve("pgvigil.log");
        ProcessBuilder builder = new ProcessBuilder(STARTER.toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // The user's own pgvigil configuration must not affect the demo.
        builder.environment().keySet().removeIf(name -> name.matches("DATABASE_URL|JAVA_OPTS|(PGVIGIL|QUARKUS)_.*"));
        builder.environment()
                .putAll(Map.of(
                        "PGVIGIL_CONFIG", config.toString(),
                        "QUARKUS_HTTP_PORT", Integer.toString(port),
                        "JAVA_HOME", JAVA,
                        "PGVIGIL_AOT", aot.name().toLowerCase(Locale.ROOT)));
        builder.environment().putAll(variables);
        return new Product(builder.start(), config, log, URI.create("http://127.0.0.1:" + port));
    }

    URI address() {
        return address;
    }

    /** Its configuration file. */
    Path config() {
        return config;
    }

    Path log() {
        return log;
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Returns when it answers. */
    void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + START.toNanos();
        while (!answers()) {
            if (!runs() || System.nanoTime() > end) {
                throw new IOException("pgvigil does not start:\n" + Files.readString(log));
            }
            Thread.sleep(100);
        }
    }

    /** Sends it a signal by name. */
    void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("kill -%s ended with %d".formatted(name, code));
        }
    }

    @Override
    public void close() {
        end(Duration.ofSeconds(5));
    }

    /** Ends it, forcibly if that takes longer than this. */
    void end(Duration patience) {
        process.destroy();
        try {
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/health/live"))
                .timeout(Duration.ofSeconds(2))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** 8080, or the next free port. */
    private static int port() throws IOException {
        for (int port = 8080; port < 8180; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // In use: try the next one.
            }
        }
        throw new IOException("no free port from 8080 to 8179");
    }
}
