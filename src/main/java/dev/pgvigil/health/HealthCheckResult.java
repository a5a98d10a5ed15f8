package dev.pgvigil.health;

import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The result of one check, in MicroProfile Health format. */
@Schema(name = "HealthCheck")
record HealthCheckResult(
        String name,
        State status,
        @Schema(implementation = Map.class) Data data) {

    static HealthCheckResult of(String name, boolean up, Data data) {
        return new HealthCheckResult(name, State.of(up), data);
    }

    /** Converts it for quarkus-smallrye-health. */
    HealthCheckResponse response() {
        return new HealthCheckResponse(
                name,
                up() ? HealthCheckResponse.Status.UP : HealthCheckResponse.Status.DOWN,
                Optional.of(data.entries()));
    }

    boolean up() {
        return status == State.UP;
    }
}
