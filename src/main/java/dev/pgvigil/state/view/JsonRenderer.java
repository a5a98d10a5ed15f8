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
 * Answers in JSON that grow with the fleet. Those over few targets are made at once, where they are asked for; the others
 * away from the event loops, which have heartbeats and probes to serve, and each but once for all that ask at about the
 * same time.
 */
@Singleton
public final class JsonRenderer {

    /** An answer over so many targets takes an event loop less than a millisecond. */
    public static final int FEW = 100;

    private final Fleet fleet;
    private final ObjectMapper json;
    private final CoalescingCache<Rendered> editions;

    private record Rendered(int status, Buffer body) {

        RestResponse<Buffer> response() {
            return RestResponse.ResponseBuilder.<Buffer>create(status)
                    .entity(body)
                    .build();
        }
    }

    JsonRenderer(Fleet fleet, RenderExecutor workshop, ObjectMapper json) {
        this.fleet = fleet;
        this.json = json;
        this.editions = new CoalescingCache<>(fleet, workshop);
    }

    /**
     * An answer about the whole fleet.
     *
     * @param name says all that it depends on, save the fleet
     */
    public Uni<RestResponse<Buffer>> answer(Object name, Supplier<RestResponse<?>> answer) {
        Supplier<Rendered> making = () -> rendered(answer.get());
        return (fleet.snapshot().targets().size() <= FEW ? Uni.createFrom().item(making) : editions.of(name, making))
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
