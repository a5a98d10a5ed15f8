package dev.pgvigil.dashboard;

import dev.pgvigil.watch.Change;
import dev.pgvigil.watch.Fleet;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Renders pages, each but once for all that ask at about the same time, and away from the event loops: a browser for every
 * desk, or a storm of changes, costs no more than a few renderings a second.
 */
@Singleton
class Press {

    private static final Logger LOG = Logger.getLogger(Press.class);

    /** While nothing changes, heartbeats do: a rendering is given out for so long. */
    private static final Duration FRESH = Duration.ofMillis(400);

    /** The least time from one rendering of a page to the next. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Pages beyond so many at a time are rendered for one reader each. */
    private static final int MOST = 64;

    private final long fresh;
    private final long pause;
    private final AtomicLong version = new AtomicLong();
    private final Map<String, Print> prints = new HashMap<>();
    private final Cancellable changes;

    /**
     * A rendering, done or to come.
     *
     * @param version of the fleet that it shows at least
     * @param at nanoseconds at which it begins
     */
    private record Print(long version, long at, Uni<Sheet> sheet) {

        boolean begins(long now) {
            return at - now > 0;
        }
    }

    @Inject
    Press(Fleet fleet) {
        this(fleet, FRESH, PAUSE);
    }

    Press(Fleet fleet, Duration fresh, Duration pause) {
        this.fresh = fresh.toNanos();
        this.pause = pause.toNanos();
        this.changes = fleet.changes(1024)
                .onFailure()
                .invoke(failure -> version.incrementAndGet())
                .onFailure()
                .retry()
                .indefinitely()
                .subscribe()
                .with(this::count, failure -> LOG.error("pages are not renewed at changes", failure));
    }

    /**
     * The page of that name, as of a moment after the question or shortly before it, with every change known by then.
     *
     * @param name says all that the page depends on, save the fleet
     */
    Uni<Sheet> sheet(String name, Supplier<TemplateInstance> page) {
        return print(name, page, System.nanoTime()).sheet;
    }

    private synchronized Print print(String name, Supplier<TemplateInstance> page, long now) {
        Print known = prints.get(name);
        long wanted = version.get();
        if (known != null && (known.begins(now) || (known.version == wanted && now - known.at < fresh))) {
            return known;
        }
        prints.values().removeIf(print -> now - print.at > fresh);
        long at = known == null ? now : Math.max(now, known.at + pause);
        Uni<Sheet> sheet = in(at - now)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(start -> Sheet.of(page.get().render()))
                .memoize()
                .indefinitely();
        Print print = new Print(wanted, at, sheet);
        if (prints.size() < MOST) {
            prints.put(name, print);
        }
        return print;
    }

    private static Uni<Void> in(long nanos) {
        Uni<Void> start = Uni.createFrom().voidItem();
        return nanos <= 0 ? start : start.onItem().delayIt().by(Duration.ofNanos(nanos));
    }

    private void count(Change change) {
        if (!(change instanceof Change.Beat)) {
            version.incrementAndGet();
        }
    }

    @PreDestroy
    void stop() {
        changes.cancel();
    }
}
