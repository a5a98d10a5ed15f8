package dev.pgvigil.backup;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.pgvigil.backup.RepositoryScan.Observed;
import dev.pgvigil.backup.drill.Scratch;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.WrittenWal;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduler;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches the configured repositories: lists them, follows their WAL, verifies and restores backups, one at a time, every day and on demand.
 * All of it runs on two threads of its own; everything is read from memory by others.
 */
@Singleton
public final class BackupMonitor {

    private static final Logger LOG = Logger.getLogger(BackupMonitor.class);
    private static final String JOB = "backups-daily";

    private final Fleet fleet;
    private final Configuration configuration;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-backups").factory());
    private final ExecutorService drills = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-drills").factory());

    private final VerificationJobs jobs = new VerificationJobs();
    private final BackupEvents events;
    private volatile Map<String, RepositoryScan> scans = Map.of();
    private volatile Backups config = BackupsSection.NONE;
    private volatile String audited = "off";
    private @Nullable VerificationAudit audit;
    private @Nullable Scratch scratch;
    private @Nullable Instant scannedAt;
    private Map<VerificationAudit.Key, Proof> restored = Map.of();

    BackupMonitor(Fleet fleet, Configuration configuration, Scheduler scheduler, InstantSource clock) {
        this.fleet = fleet;
        this.events = new BackupEvents(fleet);
        this.configuration = configuration;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(settings -> worker.execute(() -> configure(settings)));
        worker.execute(() -> configure(configuration.settings()));
        var _ = worker.scheduleWithFixedDelay(this::tick, 1, 1, SECONDS);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        worker.shutdownNow();
        jobs.cancel(job -> true);
        drills.shutdown();
        var _ = drills.awaitTermination(20, SECONDS);
        Scratch place = scratch;
        if (place != null) {
            try {
                place.close();
            } catch (IOException e) {
                LOG.debug("the scratch directory was not unlocked", e);
            }
        }
    }

    // What others read

    /** All repositories in the order of the configuration. */
    List<RepositoryStatus> statuses() {
        return scans.values().stream().map(RepositoryScan::status).toList();
    }

    Backups config() {
        return config;
    }

    /** {@code off}, {@code ok}, or why results are not kept. */
    String audited() {
        return audited;
    }

    /** The latest runs, newest first. */
    List<VerificationJob> runs() {
        return jobs.latest();
    }

    /** The findings that matter, for probes. */
    public BackupSummary summary() {
        List<RepositoryStatus> all = statuses();
        return new BackupSummary(
                all.size(),
                all.stream().mapToInt(status -> status.backups().size()).sum(),
                (int) all.stream()
                        .filter(status -> !status.current(clock.instant(), config.scanEvery()))
                        .count(),
                all.stream()
                        .flatMap(status -> status.findings().stream())
                        .filter(finding -> finding.severity().compareTo(Severity.HIGH) >= 0)
                        .sorted((a, b) -> b.severity().compareTo(a.severity()))
                        .map(Finding::title)
                        .toList());
    }

    /** Exports every repository. */
    public void export(MetricSink metrics) {
        BackupMetrics.export(statuses(), config, clock.instant(), metrics);
    }

    // Runs

    /**
     * Starts a verification, after those that wait.
     *
     * @param backup only this one; null: those that need it
     * @param moment to recover to; null: just before the last archived commit
     */
    VerificationJob request(String repository, @Nullable String backup, @Nullable Instant moment) {
        RepositoryScan scan = scans.get(repository);
        if (scan == null) {
            throw ProblemException.notFound("no repository has this name");
        }
        if (backup != null
                && scan.status().backups().stream()
                        .noneMatch(known -> known.id().equals(backup))) {
            throw ProblemException.badRequest("the repository has no such backup");
        }
        VerificationJob run = jobs.add(repository, backup, moment, clock.instant());
        drills.execute(() -> execute(run, scan));
        return run;
    }

    /** Cancels the verification of a repository that waits or runs; false: there is none. */
    boolean cancel(String repository) {
        return jobs.cancel(job -> job.repository().equals(repository));
    }

    private void execute(VerificationJob run, RepositoryScan scan) {
        if (run.progress().cancelled()) {
            run.end(VerificationJob.State.CANCELLED, "cancelled before it began", clock.instant());
            return;
        }
        run.begin();
        LOG.infof("verification of the backups of %s begins", run.repository());
        try {
            String text = new VerificationRun(
                            scan, config, place(), run, clock, (backup, proof) -> result(scan, backup, proof))
                    .execute();
            run.end(VerificationJob.State.DONE, text, clock.instant());
            LOG.infof("verification of the backups of %s: %s", run.repository(), text);
        } catch (InterruptedIOException e) {
            run.end(VerificationJob.State.CANCELLED, "cancelled", clock.instant());
        } catch (IOException | RuntimeException e) {
            run.end(VerificationJob.State.FAILED, String.valueOf(e.getMessage()), clock.instant());
            LOG.errorf(e, "verification of the backups of %s failed", run.repository());
        } finally {
            if (!run.ended()) {
                // An error: a run that never ended would refuse all later ones.
                run.end(VerificationJob.State.FAILED, "it ended unexpectedly", clock.instant());
            }
        }
        rescan();
    }

    private void result(RepositoryScan scan, Backup backup, Proof proof) {
        scan.prove(backup.id(), proof);
        RepositoryScan successor = scans.get(scan.repository().name());
        if (successor != null
                && successor.repository().path().equals(scan.repository().path())) {
            // The configuration was changed meanwhile.
            successor.prove(backup.id(), proof);
        }
        if (proof.verdict() == Verdict.FAILED) {
            LOG.warnf(
                    "the backup %s of %s failed", backup.id(), scan.repository().name());
        }
        synchronized (this) {
            VerificationAudit to = audit;
            if (to != null) {
                try {
                    to.append(scan.repository().name(), backup.id(), proof);
                    audited = state(to);
                } catch (IOException e) {
                    audited = "not written";
                    LOG.error("the result of a verification could not be written to the audit", e);
                }
            }
        }
    }

    /** The scratch directory, locked when it is first needed; null: none is configured, or another process has it. */
    private synchronized @Nullable Scratch place() {
        Path directory = config.scratch();
        if (scratch == null && directory != null) {
            try {
                scratch = Scratch.open(directory);
                if (scratch == null) {
                    LOG.errorf("another process uses the scratch directory %s: no backup is restored", directory);
                }
            } catch (IOException e) {
                LOG.errorf(e, "the scratch directory %s cannot be used: no backup is restored", directory);
            }
        }
        return scratch;
    }

    // Scans, on the worker

    private void configure(Settings settings) {
        Backups next = settings.get(BackupsSection.class);
        if (next.equals(config)) {
            return;
        }
        openAudit(next);
        closeScratch(next);
        Map<String, RepositoryScan> kept = new LinkedHashMap<>();
        for (Repository repository : next.repositories()) {
            RepositoryScan old = scans.get(repository.name());
            kept.put(
                    repository.name(),
                    old != null && old.repository().equals(repository)
                            ? old
                            : new RepositoryScan(repository, proofs(repository, old)));
        }
        config = next;
        scans = kept;
        scannedAt = null;
        schedule(next);
        if (next.scratch() != null && !next.repositories().isEmpty()) {
            drills.execute(this::place); // removes what a killed process left
        }
    }

    private Map<String, Proof> proofs(Repository repository, @Nullable RepositoryScan old) {
        Map<String, Proof> proofs = new HashMap<>();
        restored.forEach((key, proof) -> {
            if (key.repository().equals(repository.name())) {
                proofs.put(key.backup(), proof);
            }
        });
        if (old != null && old.repository().path().equals(repository.path())) {
            proofs.putAll(old.proofs());
        }
        return proofs;
    }

    private synchronized void openAudit(Backups next) {
        Path path = next.audit();
        if (path == null || path.equals(config.audit())) {
            audit = path == null ? null : audit;
            audited = path == null ? "off" : audited;
            return;
        }
        audit = null;
        restored = Map.of();
        try {
            VerificationAudit opened = VerificationAudit.open(path);
            if (opened.problem() != null) {
                LOG.errorf("the audit of backups was changed: %s", opened.problem());
            }
            restored = opened.proofs();
            audited = state(opened);
            audit = opened;
        } catch (IOException e) {
            audited = "not read";
            LOG.error("the audit of backups cannot be read, so results are not kept", e);
        }
    }

    /** What was changed stays so, whatever is appended. */
    private static String state(VerificationAudit audit) {
        return audit.problem() == null ? "ok" : "changed: " + audit.problem();
    }

    private synchronized void closeScratch(Backups next) {
        Scratch place = scratch;
        Path directory = next.scratch();
        if (place != null && (directory == null || !directory.equals(config.scratch()))) {
            scratch = null;
            drills.execute(() -> {
                try {
                    place.close();
                } catch (IOException e) {
                    LOG.debug("the scratch directory was not unlocked", e);
                }
            });
        }
    }

    private void schedule(Backups next) {
        scheduler.unscheduleJob(JOB);
        if (!next.repositories().isEmpty()) {
            scheduler
                    .newJob(JOB)
                    .setCron("0 %d %d * * ?"
                            .formatted(next.daily().getMinute(), next.daily().getHour()))
                    .setTimeZone(next.zone().getId())
                    .setTask(execution -> daily())
                    .schedule();
        }
    }

    private void daily() {
        for (String repository : scans.keySet()) {
            try {
                request(repository, null, null);
            } catch (ProblemException e) {
                LOG.warnf("the daily verification of %s was not started: %s", repository, e.detail());
            }
        }
    }

    private void rescan() {
        if (!worker.isShutdown()) {
            worker.execute(() -> scannedAt = null);
        }
    }

    private void tick() {
        try {
            Instant now = clock.instant();
            Instant last = scannedAt;
            if (last == null || !last.plus(config.scanEvery()).isAfter(now)) {
                scannedAt = now;
                Snapshot snapshot = fleet.snapshot();
                Map<String, Listing> listings = new HashMap<>();
                for (RepositoryScan scan : scans.values()) {
                    scan(scan, snapshot, listings);
                }
                events.publish(statuses());
            }
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("looking through the repositories of backups failed", e);
        }
    }

    private void scan(RepositoryScan scan, Snapshot snapshot, Map<String, Listing> listings) throws IOException {
        Repository repository = scan.repository();
        String copyOf = repository.copyOf();
        Listing original = null;
        if (copyOf != null) {
            Repository from = config.named(copyOf);
            original = listings.get(copyOf);
            if (original == null && from != null) {
                try (var storage = from.storage()) {
                    original = Listing.of(storage);
                    listings.put(copyOf, original);
                } catch (IOException e) {
                    LOG.debugf(e, "the original %s cannot be read", copyOf);
                }
            }
        }
        scan.scan(config, observed(snapshot, repository.target()), original, clock.instant());
    }

    private static @Nullable Observed observed(Snapshot snapshot, @Nullable String target) {
        TargetState state = target == null ? null : snapshot.targets().get(target);
        Outcome<?> outcome = state == null ? null : snapshot.serverOf(state).outcome(WrittenWal.CHECK);
        Outcome<?> answered = outcome instanceof Outcome.Failed<?> failed ? failed.last() : outcome;
        return answered instanceof Outcome.Observed<?> observed && observed.value() instanceof WrittenWal wal
                ? new Observed(observed.at(), wal, !(outcome instanceof Outcome.Failed<?>))
                : null;
    }
}
