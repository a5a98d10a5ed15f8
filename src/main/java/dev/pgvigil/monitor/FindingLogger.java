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
 * Logs a line when the status of a target changes and when a finding of severity high or critical opens. No line holds
 * text that came from a database, and the number of lines a minute is bounded.
 */
@Singleton
class FindingLogger {

    /** Lines a minute at most. */
    static final int LINES = 100;

    private static final Logger LOG = Logger.getLogger(FindingLogger.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    // Whoever may make databases chooses names: of these, some would forge a line or turn its text round.
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private final Fleet fleet;
    private final Executor executor;
    private final LongSupplier clock;
    // Targets whose trouble was logged: their recovery is logged too, the first observation of a healthy one is not.
    private final Set<String> ill = new HashSet<>();
    private @Nullable Cancellable changes;
    private long began;
    private int lines;

    @Inject
    FindingLogger(Fleet fleet, Vertx vertx) {
        // A log line may wait for the console, which an event loop must not.
        this(fleet, work -> vertx.executeBlocking(Executors.callable(work), false), System::nanoTime);
    }

    FindingLogger(Fleet fleet, Executor executor, LongSupplier clock) {
        this.fleet = fleet;
        this.executor = executor;
        this.clock = clock;
        this.began = clock.getAsLong();
    }

    void start(@Observes StartupEvent event) {
        changes = fleet.events()
                .subscribe(
                        executor,
                        false,
                        this::log,
                        () -> LOG.warn("events came faster than they could be logged: some are missing here"));
    }

    /** Takes events one after the other, though on changing threads. */
    private synchronized void log(FleetEvent change) {
        switch (change) {
            case FleetEvent.StatusChanged changed -> log(changed);
            case FleetEvent.Opened opened
            when opened.finding().severity().compareTo(Severity.HIGH) >= 0 ->
                warn(opened.target(), described(opened.finding()));
            case FleetEvent.Removed removed -> ill.remove(removed.target());
            case FleetEvent.Added a -> {}
            case FleetEvent.RoleChanged r -> {}
            case FleetEvent.Opened o -> {}
            case FleetEvent.Updated u -> {}
            case FleetEvent.Closed c -> {}
            case FleetEvent.Beat b -> {}
        }
    }

    private void log(FleetEvent.StatusChanged changed) {
        String what = lower(changed.to()) + ", was " + lower(changed.from());
        if (changed.to() != Status.HEALTHY) {
            ill.add(changed.target());
            warn(changed.target(), what);
        } else if (ill.remove(changed.target()) && admitted()) {
            LOG.info(printable(changed.target() + ": " + what));
        }
    }

    private void warn(String target, String what) {
        if (admitted()) {
            LOG.warn(printable(target + ": " + what));
        }
    }

    private boolean admitted() {
        long now = clock.getAsLong();
        if (now - began >= MINUTE) {
            if (lines > LINES) {
                LOG.warnf("%d more changes were not logged", lines - LINES);
            }
            began = now;
            lines = 0;
        }
        if (++lines == LINES + 1) {
            LOG.warnf("more than %d changes within a minute: /api/v1/fleet has the rest", LINES);
        }
        return lines <= LINES;
    }

    /** Key, severity and title: what was observed may name what is in the database. */
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
