package dev.pgvigil.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.monitor.EventPublisher;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.view.RenderExecutor;
import io.quarkus.qute.Engine;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PageRendererTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Engine engine = Engine.builder().addDefaults().build();
    private final Fleet fleet = new Fleet();
    private final PageRenderer renderer =
            new PageRenderer(fleet, new RenderExecutor(), Duration.ofHours(1), Duration.ofSeconds(1));
    private final AtomicInteger renderings = new AtomicInteger();

    @Test
    void concurrentRequestsShareRendering() {
        List<Uni<RenderedPage>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            asked.add(renderer.page("/", this::page));
        }
        asked.forEach(sheet -> assertThat(text(sheet)).isEqualTo("1"));
        assertThat(text(renderer.page("/other", this::page))).isEqualTo("2");
    }

    @Test
    void rendersOnceForManyChanges() {
        assertThat(text(renderer.page("/", this::page))).isEqualTo("1");
        List<Uni<RenderedPage>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            EventPublisher.changes(fleet, "shop", 1);
            asked.add(renderer.page("/", this::page));
        }
        asked.forEach(sheet -> assertThat(text(sheet)).isIn("2", "3"));
        assertThat(renderings).hasValueLessThan(4);
    }

    @Test
    void heartbeatsDoNotCauseRendering() {
        assertThat(text(renderer.page("/", this::page))).isEqualTo("1");
        EventPublisher.beat(fleet, "shop");
        assertThat(text(renderer.page("/", this::page))).isEqualTo("1");
    }

    @Test
    void rendersPagesBeyondCacheLimit() {
        for (int i = 0; i < 200; i++) {
            assertThat(text(renderer.page("/" + i, this::page))).isEqualTo(Integer.toString(i + 1));
        }
    }

    private TemplateInstance page() {
        return engine.parse("{n}").data("n", renderings.incrementAndGet());
    }

    private static String text(Uni<RenderedPage> sheet) {
        return sheet.await().atMost(PATIENCE).plain().toString();
    }
}
