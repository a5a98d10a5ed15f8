package dev.pgvigil.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Creates the AOT cache of the built service: lets it monitor the demo's servers and answer typical requests, and ends it.
 * Classes that were loaded and linked, and methods that were hot, are then ready at a start.
 */
final class Training {

    private static final Path CACHE = Path.of("target/quarkus-app/pgvigil.aot").toAbsolutePath();
    private static final Duration PASSES = Duration.ofSeconds(60);
    private static final Duration SETTLED = Duration.ofSeconds(10);
    private static final Duration WRITING = Duration.ofMinutes(2);
    private static final int ROUNDS = 30;
    private static final List<String> PATHS = List.of(
            "/health/live",
            "/health/ready",
            "/health/started",
            "/health",
            "/health/database",
            "/health/detailed",
            "/metrics",
            "/",
            "/database?name=shop",
            "/database?name=shop&tab=activity",
            "/database?name=shop&tab=connections",
            "/page.js",
            "/style.css",
            "/openapi",
            "/api/v1/fleet",
            "/api/v1/databases",
            "/api/v1/databases/shop",
            "/api/v1/databases/shop/status",
            "/api/v1/databases/shop/connections",
            "/api/v1/databases/shop/locks",
            "/api/v1/databases/shop/history",
            "/api/v1/no-such-path");

    private final HttpClient client;
    private final URI address;

    private Training(HttpClient client, URI address) {
        this.client = client;
        this.address = address;
    }

    public static void main(String[] args) throws Exception {
        Console.say("Training pgvigil's AOT cache on three PostgreSQL servers: half a minute.");
        try (Servers servers = Servers.start();
                Load _ = Load.start(servers);
                HttpClient client = HttpClient.newHttpClient()) {
            Product product = Product.start(servers, Product.Aot.TRAIN);
            try (product) {
                product.awaitReady();
                new Training(client, product.address()).exercise();
                Console.say("Writing the cache.");
                product.end(WRITING);
            }
            if (!Files.exists(CACHE)) {
                throw new IOException("no cache was written; the log of pgvigil:\n" + Files.readString(product.log()));
            }
            Console.say(
                    "%s: %d kB".formatted(Path.of("").toAbsolutePath().relativize(CACHE), Files.size(CACHE) / 1024));
        }
    }

    private void exercise() throws IOException, InterruptedException {
        HttpResponse<Stream<String>> events = client.send(request("/api/v1/events?beats=true"), BodyHandlers.ofLines());
        try (Stream<String> lines = events.body()) {
            awaitEveryCheck();
            for (int round = 0; round < ROUNDS; round++) {
                for (String path : PATHS) {
                    get(path);
                }
            }
            lines.limit(20).forEach(line -> {});
        }
    }

    /** Waits until no check has run for the first time for some seconds: some run only where they are configured. */
    private void awaitEveryCheck() throws IOException, InterruptedException {
        long end = System.nanoTime() + PASSES.toNanos();
        long last = System.nanoTime();
        List<String> unseen = List.of();
        while (System.nanoTime() - last < SETTLED.toNanos()
                || get("/health/database").contains("DOWN")) {
            if (System.nanoTime() > end) {
                throw new IOException("not all checks were answered within %d s; not yet: %s"
                        .formatted(PASSES.toSeconds(), String.join("\n", unseen)));
            }
            List<String> now = get("/metrics")
                    .lines()
                    .filter(line -> line.matches("pgvigil_check_passes_total\\{.*} 0\\.0"))
                    .toList();
            if (!now.equals(unseen)) {
                unseen = now;
                last = System.nanoTime();
            }
            Thread.sleep(500);
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        return client.send(request(path), BodyHandlers.ofString()).body();
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(address.resolve(path))
                .header("Accept", "text/plain, text/html, application/json, text/event-stream")
                .timeout(Duration.ofSeconds(30))
                .build();
    }
}
