package dev.pgvigil.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the fault corpus against the whole service. The system property {@code corpus} selects the cases: {@code sample} (the
 * default; the first fault of every other area and one workload, on the newest PostgreSQL), {@code all} (on every major of the test run), or names
 * of cases and of areas, separated by commas. A report is written to {@code target/corpus.md}.
 */
@Tag("service")
@QuarkusTest
@TestProfile(CorpusFleet.Profile.class)
class CorpusTest {

    private static final String SELECTION = System.getProperty("corpus", "sample");

    /** Cases at a time. Each has a server of its own. */
    private static final int PARALLEL = Integer.getInteger("corpus.parallel", 3);

    /** How long the one workload of a sample runs. */
    private static final Duration SAMPLE = Duration.ofSeconds(10);

    private static final Report REPORT = new Report();
    private static final List<Corpus> CORPORA = Corpus.all();

    @SuppressWarnings("NullAway.Init") // given by the resource
    CorpusFleet fleet;

    @TestHTTPResource("/")
    @SuppressWarnings("NullAway.Init")
    URI service;

    @TestFactory
    Stream<DynamicTest> cases() {
        ExecutorService workers = Executors.newFixedThreadPool(PARALLEL);
        Run run = new Run(fleet, service, REPORT);
        Map<String, Future<?>> running = new LinkedHashMap<>();
        for (int major : majors()) {
            for (Fault fault : selected(Corpus::faults, Fault::name)) {
                if (major >= fault.since()) {
                    running.put(
                            "fault " + fault.name() + ", PostgreSQL " + major,
                            workers.submit(() -> run.fault(fault, major)));
                }
            }
            for (Workload workload : workloads()) {
                running.put(
                        "workload " + workload.name() + ", PostgreSQL " + major,
                        workers.submit(() -> run.workload(workload, major)));
            }
        }
        workers.shutdown();
        return running.entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.getKey(), () -> one.getValue().get()))
                .onClose(workers::shutdownNow);
    }

    @Test
    void everyNameIsUnique() {
        List<String> names = Stream.concat(
                        CORPORA.stream()
                                .flatMap(corpus -> corpus.faults().stream().map(Fault::name)),
                        CORPORA.stream()
                                .flatMap(corpus -> corpus.workloads().stream().map(Workload::name)))
                .toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z0-9]+(-[a-z0-9]+)*"));
    }

    private static List<Integer> majors() {
        List<Integer> all = PgServer.majors();
        return SELECTION.equals("sample") ? List.of(all.getLast()) : all;
    }

    private static List<Workload> workloads() {
        List<Workload> selected = selected(Corpus::workloads, Workload::name);
        return SELECTION.equals("sample")
                ? selected.stream().limit(1).map(one -> one.time(SAMPLE)).toList()
                : selected;
    }

    private interface Cases<C> {
        List<C> of(Corpus corpus);
    }

    private interface Named<C> {
        String name(C one);
    }

    private static <C> List<C> selected(Cases<C> cases, Named<C> named) {
        List<String> names = Arrays.asList(SELECTION.split(","));
        List<C> selected = new ArrayList<>();
        for (Corpus corpus : CORPORA) {
            List<C> all = cases.of(corpus);
            switch (SELECTION) {
                case "all" -> selected.addAll(all);
                case "sample" ->
                    all.stream()
                            .filter(one -> CORPORA.indexOf(corpus) % 2 == 0)
                            .findFirst()
                            .ifPresent(selected::add);
                default ->
                    all.stream()
                            .filter(one -> names.contains(named.name(one)) || names.contains(area(corpus)))
                            .forEach(selected::add);
            }
        }
        return selected;
    }

    /** {@code storage} of {@code StorageCorpus}. */
    private static String area(Corpus corpus) {
        return corpus.getClass()
                .getSimpleName()
                .replace(Corpus.class.getSimpleName(), "")
                .toLowerCase(Locale.ROOT);
    }
}
