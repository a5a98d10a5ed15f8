package dev.pgvigil.alert;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.alert.channel.HttpReceiver;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Many findings at once, from the event log to a real receiver, in this process. */
public final class AlertStorm {

    private static final int PER_TARGET = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private AlertStorm() {}

    /**
     * What it took.
     *
     * @param firing until all of them fired
     * @param told until the receiver knew all of them
     * @param ended until the receiver knew that all of them are over
     * @param notifications in which it was told
     */
    public record Took(Duration firing, Duration told, Duration ended, int notifications) {}

    /** Opens and closes so many findings, of ten for each target. */
    public static Took run(int findings) throws InterruptedException {
        Vertx vertx = Vertx.vertx();
        Fleet fleet = new Fleet();
        try (HttpReceiver receiver = new HttpReceiver()) {
            AlertSettings settings = SampleAlerts.settings("""
                    outbound: { allowed-hosts: 127.0.0.1, private-addresses: true }
                    rules: [{ keep-firing: 0s }]
                    receivers: { a: { http: { url: "%s" } } }
                    routes: [{ receivers: a, checks: sample, group-by: target }]
                    """.formatted(receiver.url("/a")));
            AlertMonitor monitor = new AlertMonitor(fleet, () -> settings, new CauseAnalysis(List.of()), vertx);
            monitor.start();
            try {
                Instant begin = Instant.now();
                publish(fleet, findings, true);
                await(() -> fleet.alerts().size() == findings);
                Duration firing = Duration.between(begin, Instant.now());
                Set<String> known = new HashSet<>();
                int[] read = {0};
                await(() -> follow(receiver, read, known) == findings);
                Duration told = Duration.between(begin, Instant.now());
                Instant end = Instant.now();
                publish(fleet, findings, false);
                await(() -> follow(receiver, read, known) == 0);
                return new Took(firing, told, Duration.between(end, Instant.now()), read[0]);
            } finally {
                monitor.stop();
            }
        } finally {
            vertx.close();
        }
    }

    private static void publish(Fleet fleet, int findings, boolean open) {
        List<FleetEvent> events = new ArrayList<>();
        for (int i = 0; i < findings; i++) {
            String target = "t" + i / PER_TARGET;
            var finding = SampleAlerts.finding("sample", "k" + i % PER_TARGET, Severity.CRITICAL);
            events.add(
                    open
                            ? new FleetEvent.Opened(Instant.now(), target, finding)
                            : new FleetEvent.Closed(Instant.now(), target, finding));
            if (events.size() == PER_TARGET * 50) {
                fleet.update(snapshot -> snapshot, List.copyOf(events));
                events.clear();
            }
        }
        fleet.update(snapshot -> snapshot, List.copyOf(events));
    }

    /** The number of alerts that the receiver believes to fire. */
    private static int follow(HttpReceiver receiver, int[] read, Set<String> known) {
        List<HttpReceiver.Request> requests = receiver.requests();
        for (; read[0] < requests.size(); read[0]++) {
            for (Object each : new JsonObject(requests.get(read[0]).body()).getJsonArray("alerts")) {
                JsonObject alert = (JsonObject) each;
                if (alert.getBoolean("resolved")) {
                    known.remove(alert.getString("id"));
                } else {
                    known.add(alert.getString("id"));
                }
            }
        }
        return known.size();
    }

    private interface Condition {
        boolean met();
    }

    private static void await(Condition condition) throws InterruptedException {
        Instant until = Instant.now().plus(PATIENCE);
        while (!condition.met()) {
            if (Instant.now().isAfter(until)) {
                throw new IllegalStateException("not within " + PATIENCE);
            }
            Thread.sleep(20);
        }
    }
}
