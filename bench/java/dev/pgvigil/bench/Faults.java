package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/** Time from a fault, and from its end, until the event stream reports it. */
final class Faults implements Benchmark {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final Map<String, String> CLOCK = Map.of("log_timezone", "UTC");

    /** Lock queues take long and cost little, so several run in parallel. */
    private static final int LOCK_QUEUES = 4;

    /**
     * The times of one fault in milliseconds: until it was reported, until its end was reported, and from detection to arrival.
     */
    private record Times(String fault, double told, double over, double arrival) {}

    /** A fault and its target. */
    private record Scene(Fault fault, String target, String entry) {

        static Scene of(PgServer server, Fault fault, int number) {
            server.server(); // creates the role
            String target = fault.name().replace(' ', '-') + "-" + number;
            return new Scene(fault, target, FleetFile.target(target, server.host(), server.port(), "postgres"));
        }
    }

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String title() {
        return "From a fault to its event on the stream";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        List<Scene> scenes = new ArrayList<>();
        try {
            for (boolean killed : new boolean[] {true, false}) {
                PgServer server = PgServer.start(18, CLOCK);
                scenes.add(Scene.of(server, new ServerFault(server, killed), 0));
            }
            for (int i = 0; i < LOCK_QUEUES; i++) {
                PgServer server = PgServer.start(18, CLOCK);
                scenes.add(Scene.of(server, new LockFault(server), i));
            }
            StringBuilder yaml = new StringBuilder("pgvigil:\n  targets:\n");
            scenes.forEach(scene -> yaml.append(scene.entry()));
            try (Service service = Pgvigil.start(yaml.toString())) {
                service.awaitOk("/health/database");
                Plan.pause(plan.seconds(10, 5)); // every check has run
                return result(all(plan, service, scenes));
            }
        } finally {
            scenes.forEach(scene -> scene.fault().close());
        }
    }

    private static List<Times> all(Plan plan, Service service, List<Scene> scenes) throws Exception {
        int times = plan.times(20, 4);
        List<Times> all = new ArrayList<>();
        try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<Times>>> work = new ArrayList<>();
            for (Scene scene : scenes) {
                work.add(() ->
                        repeated(service, scene, scene.fault() instanceof LockFault ? times / LOCK_QUEUES : times));
            }
            for (Future<List<Times>> one : side.invokeAll(work)) {
                all.addAll(one.get());
            }
        }
        return all;
    }

    private static List<Times> repeated(Service service, Scene scene, int times) throws Exception {
        List<Times> seen = new ArrayList<>();
        try (EventStream events = new EventStream(service, scene.target())) {
            for (int i = 1; i <= times; i++) {
                // The fault starts at a random moment of the check's interval.
                Plan.pause(CALM.plusMillis(ThreadLocalRandom.current()
                        .nextLong(scene.fault().interval().toMillis())));
                seen.add(once(events, scene.fault()));
                Plan.say("faults: %s %d of %d: told after %.0f ms"
                        .formatted(scene.target(), i, times, seen.getLast().told));
            }
        }
        return seen;
    }

    private static Times once(EventStream events, Fault fault) throws Exception {
        events.forget();
        Instant began = fault.begin();
        EventStream.Event told = events.await(fault::reports, PATIENCE);
        // Nor does it end just after a check reported it.
        Plan.pause(Duration.ofMillis(
                ThreadLocalRandom.current().nextLong(fault.interval().toMillis())));
        Instant ended = fault.end();
        EventStream.Event over = events.await(fault::reportsEnd, PATIENCE);
        return new Times(
                fault.name(),
                between(began, told.came()),
                between(ended, over.came()),
                Math.max(between(told.at(), told.came()), between(over.at(), over.came())));
    }

    private static double between(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e6;
    }

    private static Result result(List<Times> all) {
        Result result = new Result();
        List<List<String>> rows = new ArrayList<>();
        for (String fault : all.stream().map(Times::fault).distinct().toList()) {
            List<Times> these =
                    all.stream().filter(one -> one.fault.equals(fault)).toList();
            double[] told = these.stream().mapToDouble(Times::told).sorted().toArray();
            double[] over = these.stream().mapToDouble(Times::over).sorted().toArray();
            rows.add(List.of(
                    fault,
                    Integer.toString(told.length),
                    Result.number(at(told, 0.5)),
                    Result.number(at(told, 0.99)),
                    Result.number(at(over, 0.5)),
                    Result.number(at(over, 0.99))));
            result.figure(fault + ".told_ms", told);
            result.figure(fault + ".over_ms", over);
            wishes(result, fault, at(told, 0.99), at(over, 0.99));
        }
        double[] arrival = all.stream().mapToDouble(Times::arrival).sorted().toArray();
        result.figure("arrival_ms", arrival);
        result.atMost("an event is on the stream 100 ms after it is known, p99", at(arrival, 0.99), 100, "ms");
        result.table(List.of("fault", "times", "told p50 ms", "p99 ms", "its end told p50 ms", "p99 ms"), rows);
        result.note("Each fault comes at a random moment; p99 of so few is the slowest of them. A lock queue becomes a"
                + " finding when someone has waited 5 s (`blocking.degraded`), and the check looks every 5 s.");
        return result;
    }

    private static void wishes(Result result, String fault, double told, double over) {
        switch (fault) {
            case "killed" -> {
                result.atMost("a killed server is told within 2 s", told, 2000, "ms");
                result.atMost("… and its return within 2 s", over, 2000, "ms");
            }
            case "frozen" -> {
                result.atMost("a frozen server is told within 3 s", told, 3000, "ms");
                result.atMost("… and its return within 2 s", over, 2000, "ms");
            }
            default -> {}
        }
    }

    /** The value at this quantile. */
    private static double at(double[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return at(sorted, 0.5);
    }
}
