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

/** Renders pages outside of the event loops, once for all requests at about the same time. */
@Singleton
class PageRenderer {

    /** Maximum age of a rendered page while nothing but heartbeats changes. */
    private static final Duration FRESH = Duration.ofMillis(400);

    /** Minimum time between two renderings of a page. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final CoalescingCache<RenderedPage> pages;

    @Inject
    PageRenderer(Fleet fleet, RenderExecutor executor) {
        this(fleet, executor, FRESH, PAUSE);
    }

    PageRenderer(Fleet fleet, RenderExecutor executor, Duration fresh, Duration pause) {
        this.pages = new CoalescingCache<>(fleet, executor, fresh, pause);
    }

    /**
     * Returns the page, rendered after the request or shortly before it, with all changes known at the time of the request.
     *
     * @param name identifies everything that the page depends on, except the fleet
     */
    Uni<RenderedPage> page(String name, Supplier<TemplateInstance> page) {
        return pages.of(name, () -> RenderedPage.of(page.get().render()));
    }
}
