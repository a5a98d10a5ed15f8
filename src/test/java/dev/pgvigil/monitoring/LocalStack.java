package dev.pgvigil.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.ServersDirectory;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.opentest4j.TestAbortedException;

/**
 * {@code make monitoring}: the parts of the stack that run without containers, around a pgvigil that runs already. Prints each alert
 * that begins or ends, with the receivers that Alertmanager chose.
 */
public final class LocalStack {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private LocalStack() {}

    /**
     * Runs until the process is ended.
     *
     * @param arguments the port of pgvigil on this machine
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (Stack stack = Stack.start(ServersDirectory.directory("stack"), Integer.parseInt(arguments[0]))) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::stop));
            System.out.printf("Prometheus: %s%nAlertmanager: %s%n", stack.prometheus(), stack.alertmanager());
            follow(stack);
        } catch (TestAbortedException missing) {
            System.err.println(
                    missing.getMessage()
                            + ": apt-get install prometheus prometheus-alertmanager prometheus-node-exporter prometheus-blackbox-exporter");
            System.exit(1);
        }
    }

    private static void follow(Stack stack) throws InterruptedException {
        Set<String> known = new HashSet<>();
        while (true) {
            Set<String> now =
                    Yaml.elements(stack.alerts()).map(LocalStack::line).collect(Collectors.toSet());
            now.stream().filter(alert -> !known.contains(alert)).sorted().forEach(alert -> print("begins", alert));
            known.stream().filter(alert -> !now.contains(alert)).sorted().forEach(alert -> print("ends", alert));
            known.clear();
            known.addAll(now);
            Thread.sleep(INTERVAL);
        }
    }

    private static void print(String change, String alert) {
        System.out.printf(
                "%s %s %s%n", LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS), change, alert);
    }

    private static String line(JsonNode alert) {
        return "%s [%s] %s -> %s, %s"
                .formatted(
                        alert.at("/labels/alertname").asText(),
                        alert.at("/labels/severity").asText(),
                        alert.at("/annotations/summary").asText(),
                        Yaml.elements(alert.path("receivers"))
                                .map(receiver -> receiver.path("name").asText())
                                .collect(Collectors.joining(", ")),
                        alert.at("/status/state").asText());
    }
}
