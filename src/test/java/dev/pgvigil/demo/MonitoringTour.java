package dev.pgvigil.demo;

import dev.pgvigil.monitoring.Jaeger;
import dev.pgvigil.monitoring.Stack;
import dev.pgvigil.monitoring.WebhookReceiver.Notification;
import dev.pgvigil.testing.ServersDirectory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/**
 * {@code make monitoring}: the demo's servers and pgvigil, with Prometheus, Alertmanager and the exporters around them, on the files
 * of {@code monitoring/}. Five faults are injected; for each it prints which alert reached which receiver, and when. It then asks
 * the queries of all panels, and goes on until it is ended.
 */
public final class MonitoringTour {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Duration SETTLING = Duration.ofSeconds(30);

    private final Stack stack;
    private final List<String> missing = new ArrayList<>();

    private MonitoringTour(Stack stack) {
        this.stack = stack;
    }

    /** A fault, and the alert that must come of it; one that counts events over a time stays for that time. */
    private record Stop(Fault fault, String alert, boolean ends) {}

    /**
     * Runs until the process is ended.
     *
     * @param arguments {@code once} ends it after the faults, with 1 if an alert did not arrive
     */
    public static void main(String[] arguments) throws Exception {
        Console.say("Starting three PostgreSQL servers with a shop, pgvigil, Prometheus and Alertmanager.");
        Servers servers = Servers.start();
        Optional<Jaeger> jaeger = Jaeger.start(ServersDirectory.directory("jaeger"));
        Product product = Product.start(
                servers, Product.Aot.ON, jaeger.map(Jaeger::environment).orElse(Map.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(product::close));
        jaeger.ifPresent(one -> Runtime.getRuntime().addShutdownHook(new Thread(one::close)));
        product.awaitReady();
        boolean complete;
        try (Load _ = Load.start(servers);
                Stack stack = Stack.start(
                        ServersDirectory.directory("stack"), product.address().getPort())) {
            Runtime.getRuntime().addShutdownHook(new Thread(stack::stop));
            Console.say("""

                    pgvigil       %s/
                    Prometheus    %s/alerts
                    Alertmanager  %s/
                    Jaeger        %s
                    """.formatted(
                            product.address(),
                            stack.prometheus(),
                            stack.alertmanager(),
                            jaeger.map(one -> one.address() + "/").orElse("skipped: jaeger is not on the PATH")));
            complete = new MonitoringTour(stack)
                    .run(List.of(
                            new Stop(new FrozenServer(servers.old()), "PgvigilServerDown", true),
                            new Stop(new ConnectionRush(servers.primary()), "PgvigilConnectionsExhausted", true),
                            new Stop(new LockQueue(servers.primary()), "PgvigilLockWait", true),
                            new Stop(new Deadlocks(servers.primary()), "PgvigilDeadlocks", false),
                            new Stop(new FrozenProduct(product), "PgvigilDown", true)));
            if (jaeger.isPresent()) {
                complete &= traced(jaeger.get());
            }
            while (arguments.length == 0) {
                Thread.sleep(Duration.ofHours(1));
            }
        } catch (TestAbortedException absent) {
            Console.say(
                    absent.getMessage()
                            + ": apt-get install prometheus prometheus-alertmanager prometheus-node-exporter prometheus-blackbox-exporter");
            complete = false;
        }
        System.exit(complete ? 0 : 1);
    }

    private boolean run(List<Stop> stops) throws Exception {
        told("Watchdog", "firing", 0, System.nanoTime());
        for (Stop stop : stops) {
            Console.line("fault", stop.fault().begins());
            int seen = stack.receiver().received().size();
            long began = System.nanoTime();
            stop.fault().begin();
            told(stop.alert(), "firing", seen, began);
            stop.fault().heal();
            Console.line("healed", stop.fault().heals());
            if (stop.ends()) {
                told(stop.alert(), "resolved", seen, System.nanoTime());
            }
        }
        List<String> without = withoutData();
        Console.line("panels", without.isEmpty() ? "every query has data" : "queries without data:");
        without.forEach(query -> Console.say("    " + query));
        Console.line(
                "tour",
                missing.isEmpty()
                        ? "every alert reached its receiver"
                        : "did not arrive: " + String.join(", ", missing));
        return missing.isEmpty();
    }

    /** The faults made checks fail: each execution of a check is a trace. */
    private static boolean traced(Jaeger jaeger) throws InterruptedException {
        Optional<String> trace = jaeger.latest("pgvigil.outcome", "failed");
        for (int second = 0; second < SETTLING.toSeconds() && trace.isEmpty(); second++) {
            Thread.sleep(Duration.ofSeconds(1));
            trace = jaeger.latest("pgvigil.outcome", "failed");
        }
        Console.line(
                "trace",
                trace.map(page -> "of a check that failed: " + page).orElse("Jaeger has none of a check that failed"));
        return trace.isPresent();
    }

    private List<String> withoutData() throws InterruptedException {
        List<String> without = stack.withoutData();
        for (int second = 0; second < SETTLING.toSeconds() && !without.isEmpty(); second++) {
            Thread.sleep(Duration.ofSeconds(1));
            without = stack.withoutData();
        }
        return without;
    }

    private void told(String alert, String status, int seen, long since) throws InterruptedException {
        Optional<Notification> notification = stack.receiver().await(alert, status, seen, LIMIT);
        if (notification.isEmpty()) {
            missing.add(alert + " " + status);
        }
        Console.line(
                "alert",
                notification
                        .map(one -> "%s %s reached %s after %.1f s"
                                .formatted(alert, status, one.receiver(), (System.nanoTime() - since) / 1e9))
                        .orElse("%s %s did not arrive within %d s".formatted(alert, status, LIMIT.toSeconds())));
    }
}
