package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes into the log what an operator would want to find there: a line when a target's status changes and when a grave
 * finding opens. No line holds anything that a database said, and there are so many a minute at most.
 */
@Singleton
class FindingLogger {

    /** How many lines a minute may have. */
    static final int LINES = 100;

    private static final Logger LOG = Logger.getLogger(FindingLogger.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final int BUFFER = 1024;
    // Whoever may make databases chooses names: of these, some would forge a line or turn its text round.
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private final Fleet fleet;
    private final LongSupplier clock;
    // Targets that were told to be ill: their recovery is worth a line, the first look at a healthy one is not.
    private final Set<String> ill = new HashSet<>();
    private @Nullable Cancellable changes;
    private long began;
    private int lines;

    @Inject
    FindingLogger(Fleet fleet) {
        this(fleet, System::nanoTime);
    }

    FindingLogger(Fleet fleet, LongSupplier clock) {
        this.fleet = fleet;
        this.clock = clock;
        this.began = clock.getAsLong();
    }

    void start(@Observes StartupEvent event) {
        changes = fleet.changes(BUFFER)
                .onFailure()
                .invoke(failure -> LOG.warn("changes came faster than they could be logged"))
                .onFailure()
                .retry()
                .indefinitely()
                .subscribe()
                .with(this::tell, failure -> LOG.error("changes are logged no more", failure));
    }

    /** Takes changes from all event loops. */
    private synchronized void tell(FleetEvent change) {
        switch (change) {
            case FleetEvent.StatusChanged changed -> tell(changed);
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

    private void tell(FleetEvent.StatusChanged changed) {
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
