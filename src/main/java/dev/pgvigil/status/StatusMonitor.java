package dev.pgvigil.status;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Observes the components of the status page once a second, and keeps their history in a file. Everything is read from memory. */
@Singleton
final class StatusMonitor {

    private static final Logger LOG = Logger.getLogger(StatusMonitor.class);
    private static final int TICKS_PER_WRITE = 60;
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private final Fleet fleet;
    private final Supplier<StatusPage> page;
    private final Map<String, ComponentHistory> histories = new HashMap<>();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-status").factory());
    private volatile Report report = new Report(Instant.EPOCH, List.of());
    private long ticks;
    private boolean restored;

    /** All components at one time. */
    record Report(Instant at, List<Line> components) {

        Status worst() {
            return components.isEmpty()
                    ? Status.UNKNOWN
                    : Status.worst(components.stream().map(Line::status));
        }
    }

    /** A component at one time. */
    record Line(
            StatusPage.Component component,
            Status status,
            List<ComponentHistory.Day> days,
            List<ComponentHistory.Incident> incidents) {}

    /** The file's content: histories by the id of the component. */
    record Kept(Map<String, ComponentHistory.Kept> components) {}

    @Inject
    StatusMonitor(Fleet fleet, Configuration configuration) {
        this(fleet, () -> configuration.settings().get(StatusPageSection.class));
    }

    StatusMonitor(Fleet fleet, Supplier<StatusPage> page) {
        this.fleet = fleet;
        this.page = page;
    }

    StatusPage page() {
        return page.get();
    }

    Report report() {
        return report;
    }

    void start(@Observes StartupEvent event) {
        var _ = worker.scheduleAtFixedRate(
                () -> tick(SteadyClock.now(), SteadyClock.shown(SteadyClock.now())), 0, 1, SECONDS);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        worker.shutdown();
        if (worker.awaitTermination(5, SECONDS)) {
            write(page.get());
        }
    }

    /** @param at the time of the observation as outsiders read it */
    void tick(Instant now, Instant at) {
        try {
            StatusPage current = page.get();
            if (!current.enabled()) {
                return;
            }
            if (!restored) {
                restored = true;
                restore(current);
            }
            observe(current, fleet.snapshot(), now, at);
            if (++ticks % TICKS_PER_WRITE == 0) {
                write(current);
            }
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("observing the components of the status page failed", e);
        }
    }

    private void observe(StatusPage current, Snapshot snapshot, Instant now, Instant at) {
        List<Line> lines = new ArrayList<>();
        for (StatusPage.Component component : current.components()) {
            Status status = status(component, snapshot, now);
            ComponentHistory history = histories.computeIfAbsent(component.id(), _ -> new ComponentHistory());
            history.add(status, at);
            lines.add(new Line(
                    component, status, history.days(LocalDate.ofInstant(at, ZoneOffset.UTC)), history.incidents()));
        }
        histories
                .keySet()
                .retainAll(current.components().stream()
                        .map(StatusPage.Component::id)
                        .toList());
        report = new Report(at, List.copyOf(lines));
    }

    /** The worst of its targets; unknown if it has none. */
    private static Status status(StatusPage.Component component, Snapshot snapshot, Instant now) {
        List<Status> statuses = snapshot.targets().values().stream()
                .filter(target -> component.selects(target.target()))
                .map(target -> snapshot.status(target, now))
                .toList();
        return statuses.isEmpty() ? Status.UNKNOWN : Status.worst(statuses.stream());
    }

    private void restore(StatusPage current) {
        String name = current.stateFile();
        if (name == null) {
            return;
        }
        Path file = Path.of(name);
        try {
            JSON.readValue(Files.readAllBytes(file), Kept.class)
                    .components()
                    .forEach((id, kept) -> histories
                            .computeIfAbsent(id, _ -> new ComponentHistory())
                            .restore(kept));
        } catch (NoSuchFileException e) {
            LOG.infof("the history of the status page begins anew: there is no %s yet", file);
        } catch (IOException | RuntimeException e) {
            LOG.errorf("the history of the status page begins anew: %s is unusable: %s", file, e.getMessage());
        }
    }

    private void write(StatusPage current) {
        String name = current.stateFile();
        if (name == null || !current.enabled()) {
            return;
        }
        Path file = Path.of(name);
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Map<String, ComponentHistory.Kept> kept = new HashMap<>();
        histories.forEach((id, history) -> kept.put(id, history.kept()));
        try {
            Files.write(next, JSON.writeValueAsBytes(new Kept(kept)));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.errorf("the history of the status page could not be written to %s: %s", file, e.getMessage());
        }
    }
}
