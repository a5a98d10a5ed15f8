package dev.pgvigil.state.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.state.Fleet;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Singleton;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Renders JSON responses whose size grows with the fleet. For few targets this happens on the calling thread; otherwise
 * off the event loops, which serve heartbeats and probes, and once for concurrent requests.
 */
@Singleton
public final class JsonRenderer {

    /** Rendering this many targets takes less than a millisecond. */
    public static final int FEW = 100;

    private final Fleet fleet;
    private final ObjectMapper json;
    private final CoalescingCache<Rendered> cache;

    private record Rendered(int status, Buffer body) {

        RestResponse<Buffer> response() {
            return RestResponse.ResponseBuilder.<Buffer>create(status)
                    .entity(body)
                    .build();
        }
    }

    JsonRenderer(Fleet fleet, RenderExecutor executor, ObjectMapper json) {
        this.fleet = fleet;
        this.json = json;
        this.cache = new CoalescingCache<>(fleet, executor);
    }

    /**
     * Renders a response about the whole fleet.
     *
     * @param name everything that the response depends on besides the fleet
     */
    public Uni<RestResponse<Buffer>> answer(Object name, Supplier<RestResponse<?>> answer) {
        Supplier<Rendered> renderer = () -> rendered(answer.get());
        return (fleet.snapshot().targets().size() <= FEW ? Uni.createFrom().item(renderer) : cache.of(name, renderer))
                .map(Rendered::response);
    }

    private Rendered rendered(RestResponse<?> answer) {
        try {
            return new Rendered(answer.getStatus(), Buffer.buffer(json.writeValueAsBytes(answer.getEntity())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
