package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgvigil.testing.FreePort;
import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Prometheus, Alertmanager, node_exporter and the blackbox exporter as processes, with the files of {@code monitoring/}: only
 * addresses and times differ, and every receiver of Alertmanager is a webhook of this process. All end with this.
 */
public final class Stack implements AutoCloseable {

    private static final List<String> PROGRAMS = List.of(
            "prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-blackbox-exporter");
    private static final Path MONITORING = Path.of("monitoring").toAbsolutePath();
    private static final String LOOPBACK = "127.0.0.1:";

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper mapper = new ObjectMapper();
    private final List<Process> processes = new ArrayList<>();
    private final int prometheus = FreePort.next();
    private final int alertmanager = FreePort.next();
    private final WebhookReceiver receiver = new WebhookReceiver();
    private final Path home;

    private Stack(Path home) {
        this.home = home;
    }

    /** Starts all around the pgvigil at this port; skips the test if a program is missing. */
    public static Stack start(Path home, int pgvigil) throws IOException {
        PROGRAMS.forEach(Tools::assume);
        Stack stack = new Stack(home);
        int node = FreePort.next();
        int blackbox = FreePort.next();
        stack.run("prometheus-node-exporter", "--web.listen-address=" + LOOPBACK + node);
        stack.run(
                "prometheus-blackbox-exporter",
                "--web.listen-address=" + LOOPBACK + blackbox,
                "--config.file=" + MONITORING.resolve("synthetic/blackbox.yml"));
        stack.run(
                "prometheus-alertmanager",
                "--web.listen-address=" + LOOPBACK + stack.alertmanager,
                "--cluster.listen-address=",
                "--storage.path=" + home.resolve("alerts"),
                "--config.file=" + stack.routes());
        stack.run(
                "prometheus",
                "--web.listen-address=" + LOOPBACK + stack.prometheus,
                "--storage.tsdb.path=" + home.resolve("series"),
                // Alertmanager may start later.
                "--rules.alert.resend-delay=5s",
                "--config.file="
                        + stack.configuration(Map.of(
                                "pgvigil:8080", pgvigil,
                                "node-exporter:9100", node,
                                "blackbox-exporter:9115", blackbox,
                                "alertmanager:9093", stack.alertmanager,
                                "localhost:9090", stack.prometheus)));
        return stack;
    }

    /** Alertmanager's file with the same routes, without its pauses. */
    private Path routes() throws IOException {
        ObjectNode file = (ObjectNode) Yaml.read(MONITORING.resolve("alertmanager/alertmanager.yml"));
        file.remove("global");
        file.putArray("templates")
                .add(MONITORING.resolve("alertmanager/templates/*.tmpl").toString());
        for (JsonNode waits : file.findParents("group_wait")) {
            ((ObjectNode) waits).put("group_wait", "1s").put("group_interval", "1s");
        }
        ArrayNode receivers = file.putArray("receivers");
        for (String name : Yaml.elements(Yaml.read(MONITORING.resolve("alertmanager/alertmanager.yml"))
                        .path("receivers"))
                .map(one -> one.path("name").asText())
                .toList()) {
            receivers
                    .addObject()
                    .put("name", name)
                    .putArray("webhook_configs")
                    .addObject()
                    .put("url", receiver.url(name))
                    .put("send_resolved", true);
        }
        return Files.writeString(home.resolve("alertmanager.yml"), file.toString());
    }

    private Path configuration(Map<String, Integer> addresses) throws IOException {
        for (String folder : List.of("rules", "prometheus/rules")) {
            Files.createDirectories(home.resolve(folder));
            for (Path rules : Yaml.files(MONITORING.resolve(folder))) {
                Files.writeString(
                        home.resolve(folder).resolve(rules.getFileName()),
                        Files.readString(rules)
                                .replace("interval: 30s", "interval: 2s")
                                .replaceAll("(?m)^( +for): \\w+$", "$1: 2s"));
            }
        }
        String text = Files.readString(MONITORING.resolve("prometheus/prometheus.yml"))
                .replaceAll("scrape_interval: \\w+", "scrape_interval: 5s")
                .replaceAll("evaluation_interval: \\w+", "evaluation_interval: 2s")
                // The first answers of a process are slow on a machine that runs tests.
                .replace("scrape_timeout: 10s", "scrape_timeout: 5s");
        for (Map.Entry<String, Integer> address : addresses.entrySet()) {
            text = text.replace(address.getKey(), LOOPBACK + address.getValue());
        }
        return Files.writeString(home.resolve("prometheus/prometheus.yml"), text);
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(program + ".log").toFile())
                .start());
    }

    /** What the receivers were sent. */
    public WebhookReceiver receiver() {
        return receiver;
    }

    /** The series that an expression selects now. */
    JsonNode query(String expression) {
        return get(prometheus, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .at("/data/result");
    }

    /** What Prometheus cannot scrape, and why. */
    List<String> down() {
        return Yaml.elements(get(prometheus, "/api/v1/targets").at("/data/activeTargets"))
                .filter(target -> !target.path("health").asText().equals("up"))
                .map(target -> target.path("scrapeUrl").asText() + ": "
                        + target.path("lastError").asText())
                .toList();
    }

    JsonNode rules() {
        return get(prometheus, "/api/v1/rules").at("/data/groups");
    }

    JsonNode names() {
        return get(prometheus, "/api/v1/label/__name__/values").path("data");
    }

    /** Whether Alertmanager answers: without its own templates it does not start. */
    boolean alertmanagerRuns() {
        return alerts().isArray();
    }

    /** The alerts that Alertmanager has. */
    JsonNode alerts() {
        return get(alertmanager, "/api/v2/alerts");
    }

    private JsonNode get(int port, String path) {
        try {
            return mapper.readTree(client.send(
                            HttpRequest.newBuilder(URI.create("http://" + LOOPBACK + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            return mapper.missingNode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The queries of all panels that have no data, with Grafana's variables for everything. */
    public List<String> withoutData() {
        return Dashboard.sources()
                .flatMap(source -> Dashboard.of(source).expressions().stream())
                .filter(expression -> query(Dashboard.withAll(expression)).isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    public String prometheus() {
        return "http://" + LOOPBACK + prometheus;
    }

    public String alertmanager() {
        return "http://" + LOOPBACK + alertmanager;
    }

    public void stop() {
        processes.forEach(Process::destroy);
        receiver.close();
    }

    @Override
    public void close() {
        stop();
        for (Process process : processes) {
            process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
            process.destroyForcibly();
        }
    }
}
