package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.alert.channel.HttpReceiver;
import dev.pgvigil.testing.PgServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real process is killed at random moments while alerts begin and end and the receiver fails. Afterwards the receiver knows exactly the
 * alerts that fire, and knows of the end of each one that it was told of. What is known is kept in a file, in a store, or in a store whose server is
 * killed too. {@code -Dcrash.kills=1000} runs it longer.
 */
class CrashTest {

    private static final int KILLS = Integer.getInteger("crash.kills", 4);

    /** Where the process keeps what it knows. */
    enum Kept {
        FILE,
        STORE,
        STORE_THAT_IS_KILLED
    }

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private final Random random = new Random(7);
    private final AtomicBoolean failing = new AtomicBoolean(true);
    /** What was accepted, in order. */
    private final List<JsonObject> accepted = new CopyOnWriteArrayList<>();
    /** Whether the receiver believes that a finding fires. */
    private final Map<String, Boolean> believed = new ConcurrentHashMap<>();

    private void receive(HttpServerRequest request, String body) {
        if (failing.get() && random.nextInt(3) == 0) {
            if (random.nextBoolean()) {
                request.connection().close();
            } else {
                request.response().setStatusCode(503).end();
            }
            return;
        }
        JsonObject notification = new JsonObject(body);
        accepted.add(notification);
        JsonArray alerts = notification.getJsonArray("alerts");
        // Firing alerts come first: the end of one alert must not hide the next one of the same finding.
        for (int i = alerts.size() - 1; i >= 0; i--) {
            JsonObject alert = alerts.getJsonObject(i);
            believed.put(alert.getString("finding"), !alert.getBoolean("resolved"));
        }
        request.response().end();
    }

    private Process start(Path config, Path findings, List<String> store) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                AlertProcess.class.getName(),
                config.toString(),
                findings.toString()));
        command.addAll(store);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void write(Path findings, Set<String> open) throws IOException {
        Path next = folder.resolve("findings.next");
        Files.write(next, open);
        Files.move(next, findings, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @EnumSource
    void killedProcessLosesNoAlertAndNoEnd(Kept kept) throws Exception {
        if (kept == Kept.FILE) {
            killAgainAndAgain(kept, KILLS, null);
        } else {
            try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
                killAgainAndAgain(kept, (KILLS + 1) / 2, server);
            }
        }
    }

    private void killAgainAndAgain(Kept kept, int kills, @Nullable PgServer server) throws Exception {
        List<String> store =
                server == null ? List.of() : List.of(Integer.toString(server.port()), server.newDatabase("alerts"));
        try (HttpReceiver receiver = new HttpReceiver()) {
            receiver.behaving(
                    request -> receive(request, receiver.requests().getLast().body()));
            Path config = Files.writeString(folder.resolve("pgvigil.yaml"), """
                    pgvigil:
                      alerts:
                        %s
                        group-interval: 1s
                        outbound: { allowed-hosts: 127.0.0.1, private-addresses: true, timeout: 2s }
                        rules: [{ keep-firing: 0s }]
                        receivers: { a: { http: { url: "%s" } } }
                        routes: [{ receivers: a, checks: sample, group-by: alert }]
                    """.formatted(
                            server == null ? "state-file: " + folder.resolve("alerts") : "", receiver.url("/a")));
            Path findings = folder.resolve("findings");
            Set<String> open = new TreeSet<>();
            write(findings, open);
            for (int kill = 0; kill < kills; kill++) {
                Process process = start(config, findings, store);
                try {
                    for (int step = 0; step < 5; step++) {
                        String key = AlertProcess.KEYS.get(random.nextInt(AlertProcess.KEYS.size()));
                        if (!open.remove(key)) {
                            open.add(key);
                        }
                        write(findings, open);
                        if (kept == Kept.STORE_THAT_IS_KILLED && server != null && step == 2) {
                            server.kill();
                            server.restart();
                        }
                        assertThat(process.waitFor(200 + random.nextInt(800), TimeUnit.MILLISECONDS))
                                .as(this::log)
                                .isFalse();
                    }
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            failing.set(false);
            Process last = start(config, findings, store);
            try {
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(fires()).isEqualTo(keys(open)));
                open.clear();
                write(findings, open);
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(fires()).isEmpty());
            } finally {
                last.destroyForcibly().waitFor();
            }
            if (kept != Kept.STORE_THAT_IS_KILLED) {
                assertThat(toldTwiceWithAnotherId()).isEmpty();
            }
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return "no log";
        }
    }

    private static Set<String> keys(Set<String> open) {
        Set<String> keys = new TreeSet<>();
        open.forEach(key -> keys.add("sample/" + key));
        return keys;
    }

    private Set<String> fires() {
        Set<String> fires = new TreeSet<>();
        believed.forEach((finding, firing) -> {
            if (firing) {
                fires.add(finding);
            }
        });
        return fires;
    }

    /** A repeated notification has the id of the first; the same begin or end in another one would be a page for nothing. */
    private List<String> toldTwiceWithAnotherId() {
        Map<String, String> first = new HashMap<>();
        List<String> twice = new ArrayList<>();
        for (JsonObject notification : accepted) {
            for (Object each : notification.getJsonArray("alerts")) {
                JsonObject alert = (JsonObject) each;
                String what = alert.getString("id") + (alert.getBoolean("resolved") ? " over" : " fires");
                String id = first.putIfAbsent(what, notification.getString("id"));
                if (id != null && !id.equals(notification.getString("id"))) {
                    twice.add(what);
                }
            }
        }
        return twice;
    }
}
