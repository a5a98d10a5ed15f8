package dev.pgvigil.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Runs single cases, and reads what the service says through its API. */
final class Run {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** One answer: status of the target, its findings by key, and whether all checks have run. */
    private record Answer(String status, Map<String, JsonNode> findings, JsonNode problems, boolean complete) {

        boolean calm() {
            return findings.values().stream()
                    .allMatch(finding -> finding.get("status").asText().equalsIgnoreCase("healthy"));
        }

        @Nullable
        String key(Fault fault) {
            return findings.keySet().stream().filter(fault::matches).findFirst().orElse(null);
        }

        /** The finding of the fault; an empty node if there is none. */
        JsonNode finding(Fault fault) {
            String key = key(fault);
            JsonNode finding = key == null ? null : findings.get(key);
            return finding == null ? MissingNode.getInstance() : finding;
        }

        /** Whether a problem has this cause, and this finding among its effects. */
        boolean joins(String cause, String effect) {
            for (JsonNode problem : problems) {
                if (problem.get("cause").asText().equals(cause)
                        && problem.get("chain").findValuesAsText("finding").contains(effect)) {
                    return true;
                }
            }
            return false;
        }

        String text() {
            return status + " "
                    + findings.values().stream()
                            .map(finding -> finding.get("key").asText() + " "
                                    + finding.get("status").asText() + ": "
                                    + finding.get("observed").asText())
                            .collect(Collectors.joining("; "));
        }
    }

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final CorpusFleet fleet;
    private final URI service;
    private final Report report;

    Run(CorpusFleet fleet, URI service, Report report) {
        this.fleet = fleet;
        this.service = service;
        this.report = report;
    }

    @Nullable
    Void fault(Fault fault, int major) throws Exception {
        String target = fault.name() + "-" + major;
        try (Scene scene = Scene.start(major, fault.settings(), fault.standby())) {
            fault.prepare().run(scene);
            fleet.add(target, scene.target(), scene.resolved(fault.config()));
            Answer idle = await(
                    target,
                    START,
                    "is healthy and idle, without " + fault.finding(),
                    answer -> answer.complete() && answer.calm() && answer.key(fault) == null);

            long built = System.nanoTime();
            fault.build().run(scene);
            long effective = System.nanoTime();
            Answer found = await(target, fault.patience(), fault.finding() + " is found", answer -> {
                String status = answer.finding(fault).path("status").asText("");
                return status.equalsIgnoreCase(fault.status().name());
            });
            Duration after = Duration.ofNanos(System.nanoTime() - effective);
            JsonNode finding = found.finding(fault);
            assertThat(finding.path("cause").asText("")).as("cause").isNotBlank();
            assertThat(finding.path("action").asText("")).as("action").isNotBlank();
            assertThat(finding.path("observed").asText("")).as("observed").isNotBlank();

            if (!fault.cause().isEmpty()) {
                await(target, fault.patience(), fault.finding() + " is joined to " + fault.cause(), answer -> {
                    String key = answer.key(fault);
                    return key != null && answer.joins(fault.cause(), key);
                });
            }

            if (!fault.repairable()) {
                report.found(fault, major, after, Duration.ofNanos(effective - built), Duration.ZERO, List.of(), "");
                return null;
            }
            fault.repair().run(scene);
            scene.quiet();
            long repaired = System.nanoTime();
            Answer over = await(
                    target,
                    fault.patience(),
                    fault.finding() + " is gone and nothing else is left",
                    answer -> answer.key(fault) == null && answer.calm());
            report.found(
                    fault,
                    major,
                    after,
                    Duration.ofNanos(effective - built),
                    Duration.ofNanos(System.nanoTime() - repaired),
                    found.findings().keySet().stream()
                            .filter(key ->
                                    !fault.matches(key) && !idle.findings().containsKey(key))
                            .toList(),
                    over.status());
            return null;
        } catch (Exception | AssertionError e) {
            report.failed("fault " + fault.name(), major, e);
            throw e;
        } finally {
            fleet.remove(target);
        }
    }

    @Nullable
    Void workload(Workload workload, int major) throws Exception {
        String target = workload.name() + "-" + major;
        try (Scene scene = Scene.start(major, workload.settings(), workload.standby())) {
            fleet.add(target, scene.target(), scene.resolved(workload.config()));
            Answer idle = await(target, START, "is healthy and idle", answer -> answer.complete() && answer.calm());
            workload.start().run(scene);
            Map<String, String> wrong = new TreeMap<>();
            long end = System.nanoTime() + workload.time().toNanos();
            while (System.nanoTime() < end) {
                Answer answer = ask(target);
                answer.findings().forEach((key, finding) -> {
                    if (!idle.findings().containsKey(key)) {
                        wrong.put(key, finding.get("observed").asText());
                    }
                });
                assertThat(scene.failures()).as("the work itself").isEmpty();
                Thread.sleep(PAUSE);
            }
            report.watched(workload, major, wrong);
            assertThat(wrong).as("found on a healthy server").isEmpty();
            return null;
        } catch (Exception | AssertionError e) {
            report.failed("workload " + workload.name(), major, e);
            throw e;
        } finally {
            fleet.remove(target);
        }
    }

    private Answer await(String target, Duration patience, String what, Predicate<Answer> condition)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Answer answer = ask(target);
            if (condition.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "not within %d s: %s %s; now %s".formatted(patience.toSeconds(), target, what, answer.text()));
            }
            Thread.sleep(PAUSE);
        }
    }

    private Answer ask(String target) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(service.resolve("/api/v1/databases/" + target))
                        .timeout(START)
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            return new Answer("unknown", Map.of(), json.createArrayNode(), false);
        }
        JsonNode database = json.readTree(response.body());
        Map<String, JsonNode> findings = new TreeMap<>();
        database.get("findings")
                .forEach(finding -> findings.put(finding.get("key").asText(), finding));
        boolean complete = StreamSupport.stream(database.get("checks").spliterator(), false)
                .noneMatch(check -> check.get("state").asText().equalsIgnoreCase("pending"));
        return new Answer(
                database.get("status").asText(), findings, database.get("problems"), complete && isKnown(database));
    }

    private static boolean isKnown(JsonNode database) {
        return !database.get("status").asText().equalsIgnoreCase("unknown");
    }
}
