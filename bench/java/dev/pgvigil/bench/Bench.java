package dev.pgvigil.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs the benchmarks, or those given as arguments, and writes figures and tables to {@code target/bench}. */
final class Bench {

    private static final List<Benchmark> ALL = List.of(
            new Probe(),
            Cost.USUAL,
            Cost.LARGE,
            new Thousand(),
            new Visits(),
            new Start(),
            new BusyStart(),
            new Faults(),
            new StoreHistory(),
            new Storm(),
            new Notify());

    private Bench() {}

    public static void main(String[] args) throws Exception {
        Set<String> only = Set.of(args);
        only.stream()
                .filter(name -> ALL.stream().noneMatch(one -> one.name().equals(name)))
                .findFirst()
                .ifPresent(unknown -> {
                    throw new IllegalArgumentException("no benchmark " + unknown + "; there are: "
                            + String.join(
                                    ", ", ALL.stream().map(Benchmark::name).toList()));
                });
        boolean quick = System.getenv("QUICK") != null;
        Plan plan = new Plan(quick, Path.of("target/bench"));
        Summary summary = new Summary(plan);
        List<String> failed = new ArrayList<>();
        for (Benchmark benchmark : ALL) {
            if (only.isEmpty() || only.contains(benchmark.name())) {
                Plan.say("%s: %s".formatted(benchmark.name(), benchmark.title()));
                try {
                    summary.add(benchmark, benchmark.run(plan));
                } catch (Exception broken) {
                    broken.printStackTrace();
                    failed.add(benchmark.name());
                }
            }
        }
        System.out.println(summary.write());
        if (!failed.isEmpty()) {
            throw new IllegalStateException("failed: " + String.join(", ", failed));
        }
        if (System.getenv("KEEP") != null) {
            summary.keep();
        }
        System.exit(0);
    }
}
