package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs a line when the status of a target changes and when a finding of severity high or critical opens. Lines contain
 * no text from a database, and the number of lines per minute is bounded.
 */
@Singleton
class FindingLogger {

    /** Maximum number of lines per minute. */
    static final int LINES = 100;

    private static final Logger LOG = Logger.getLogger(FindingLogger.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    // Users who may create databases choose their names: some characters could forge a line or reverse its text.
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private final Fleet fleet;
    private final Executor executor;
    private final LongSupplier clock;
    // Targets whose failure was logged. Their recovery is logged too; the first observation of a healthy target is not.
    private final Set<String> failing = new HashSet<>();
    private @Nullable Cancellable changes;
    private long windowStart;
    private int lines;

    @Inject
    FindingLogger(Fleet fleet, Vertx vertx) {
        // Logging may block on the console, which is not allowed on an event loop.
        this(fleet, work -> vertx.executeBlocking(Executors.callable(work), false), System::nanoTime);
    }

    FindingLogger(Fleet fleet, Executor executor, LongSupplier clock) {
        this.fleet = fleet;
        this.executor = executor;
        this.clock = clock;
        this.windowStart = clock.getAsLong();
    }

    void start(@Observes StartupEvent event) {
        changes = fleet.events()
                .subscribe(
                        executor,
                        false,
                        this::log,
                        () -> LOG.warn(
                                "events arrived faster than they could be logged: some are missing from the log"));
    }

    /** Called for one event at a time, on varying threads. */
    private synchronized void log(FleetEvent event) {
        switch (event) {
            case FleetEvent.StatusChanged changed -> log(changed);
            case FleetEvent.Opened opened
            when opened.finding().severity().compareTo(Severity.HIGH) >= 0 ->
                warn(opened.target(), described(opened.finding()));
            case FleetEvent.Removed removed -> failing.remove(removed.target());
            case FleetEvent.Added a -> {}
            case FleetEvent.RoleChanged r -> {}
            case FleetEvent.Opened o -> {}
            case FleetEvent.Updated u -> {}
            case FleetEvent.Closed c -> {}
            case FleetEvent.AlertChanged c -> {}
            case FleetEvent.Beat b -> {}
        }
    }

    private void log(FleetEvent.StatusChanged changed) {
        String what = lower(changed.to()) + ", was " + lower(changed.from());
        if (changed.to() != Status.HEALTHY) {
            failing.add(changed.target());
            warn(changed.target(), what);
        } else if (failing.remove(changed.target()) && admit()) {
            LOG.info(printable(changed.target() + ": " + what));
        }
    }

    private void warn(String target, String what) {
        if (admit()) {
            LOG.warn(printable(target + ": " + what));
        }
    }

    private boolean admit() {
        long now = clock.getAsLong();
        if (now - windowStart >= MINUTE) {
            if (lines > LINES) {
                LOG.warnf("%d more changes were not logged", lines - LINES);
            }
            windowStart = now;
            lines = 0;
        }
        if (++lines == LINES + 1) {
            LOG.warnf("more than %d changes within a minute: see /api/v1/fleet for the rest", LINES);
        }
        return lines <= LINES;
    }

    /** Key, severity and title only: the observed text may contain names from the database. */
    private static String described(Finding finding) {
        return finding.key() + " (" + lower(finding.severity()) + "): " + finding.title();
    }

    private static String printable(String line) {
        return UNPRINTABLE.matcher(line).replaceAll("\uFFFD");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @PreDestroy
    void stop() {
        if (changes != null) {
            changes.cancel();
        }
    }
}
