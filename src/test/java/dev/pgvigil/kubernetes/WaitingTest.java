package dev.pgvigil.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pgvigil.testing.Tools;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands of the examples, run as they stand but for the address, and a shorter wait. */
class WaitingTest {

    private static final String ADDRESS = "http://pgvigil.monitoring:8080";
    private static final String DOWN = "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"payments\",\"status\":\"DOWN\"}]}";
    private static final String UP = "{\"status\":\"UP\",\"checks\":[{\"name\":\"payments\",\"status\":\"UP\"}]}";

    private final AtomicInteger asked = new AtomicInteger();
    private final List<Integer> statuses = new ArrayList<>();
    private String answer = DOWN;
    private HttpServer server;

    @TempDir
    private Path folder;

    /** How a command ended. */
    private record Outcome(int code, String output) {}

    WaitingTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        Tools.assume("curl");
        server.createContext("/health/group/payments", exchange -> {
            int status = statuses.get(Math.min(asked.getAndIncrement(), statuses.size() - 1));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            if (status == 302) {
                exchange.getResponseHeaders().set("Location", "/login");
            }
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/login", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | " + UP + " | true",
                "503 | " + DOWN + " | false",
                "404 | " + DOWN + " | true",
                // Not the group's answer: pgvigil too busy, a mesh without an upstream, a proxy, nothing at all.
                "503 | {\"type\":\"about:blank\",\"status\":503} | true",
                "503 | upstream connect error or disconnect/reset before headers | true",
                "503 | <h1>503 Service Unavailable</h1> | true",
                "503 | '' | true",
                "500 | " + DOWN + " | true"
            })
    void onlyAPlainDownTakesThePodOut(int status, String body, boolean ready) throws Exception {
        statuses.add(status);
        answer = body;

        assertThat(probe().code() == 0).isEqualTo(ready);
        assertThat(asked).hasValue(1);
    }

    @Test
    void readinessStaysWhenNobodyAnswers() throws Exception {
        server.stop(0);

        assertThat(probe().code()).isZero();
    }

    @Test
    void theInitContainerWaitsAndSaysWhy() throws Exception {
        statuses.addAll(List.of(503, 404, 302, 200));

        Outcome outcome = waits("300");

        assertThat(outcome.code()).isZero();
        assertThat(asked).hasValue(4);
        assertThat(outcome.output()).contains(DOWN, "503");
    }

    @Test
    void theInitContainerGivesUp() throws Exception {
        statuses.add(503);

        assertThat(waits("1").code()).isNotZero();
        assertThat(asked).hasValueBetween(1, 3);
    }

    private Outcome probe() throws Exception {
        Container container = container("readiness-follows-group.yaml", "databases");
        return run(container.getReadinessProbe().getExec().getCommand(), address(container));
    }

    private Outcome waits(String seconds) throws Exception {
        Container container = container("init-container-waits.yaml", "wait-for-databases");
        List<String> command = Stream.concat(container.getCommand().stream(), container.getArgs().stream())
                .map(argument -> argument.replace(ADDRESS, here()))
                .toList();
        List<String> shorter = new ArrayList<>(command);
        shorter.set(command.indexOf("--retry-max-time") + 1, seconds);
        shorter.set(command.indexOf("--retry-delay") + 1, "1");
        return run(shorter, "");
    }

    private String address(Container container) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().equals("GROUP"))
                .map(variable -> variable.getValue().replace(ADDRESS, here()))
                .findFirst()
                .orElseThrow();
    }

    private String here() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Outcome run(List<String> command, String group) throws Exception {
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("GROUP", group);
        Process process = builder.start();
        boolean ended = process.waitFor(30, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("the command ends").isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }

    private static Container container(String file, String name) {
        return Manifests.read(Manifests.ROOT.resolve("examples").resolve(file)).stream()
                .flatMap(Pod::of)
                .flatMap(Pod::containers)
                .filter(container -> Objects.equals(container.getName(), name))
                .findFirst()
                .orElseThrow();
    }
}
