package dev.pgvigil.dashboard;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.view.CoalescingCache;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.Supplier;

/** Renders pages, each but once for all that ask at about the same time, and away from the event loops. */
@Singleton
class PageRenderer {

    /** While nothing changes, heartbeats do: a rendering is given out for so long. */
    private static final Duration FRESH = Duration.ofMillis(400);

    /** The least time from one rendering of a page to the next. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final CoalescingCache<RenderedPage> sheets;

    @Inject
    PageRenderer(Fleet fleet, RenderExecutor workshop) {
        this(fleet, workshop, FRESH, PAUSE);
    }

    PageRenderer(Fleet fleet, RenderExecutor workshop, Duration fresh, Duration pause) {
        this.sheets = new CoalescingCache<>(fleet, workshop, fresh, pause);
    }

    /**
     * The page of that name, as of a moment after the question or shortly before it, with every change known by then.
     *
     * @param name says all that the page depends on, save the fleet
     */
    Uni<RenderedPage> sheet(String name, Supplier<TemplateInstance> page) {
        return sheets.of(name, () -> RenderedPage.of(page.get().render()));
    }
}
