package dev.pgvigil.health;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The response of a probe, in MicroProfile Health format: UP if all its checks are UP. */
@Schema(name = "Health")
record HealthResponse(State status, List<HealthCheckResult> checks) {

    HealthResponse {
        checks = List.copyOf(checks);
    }

    static HealthResponse of(List<HealthCheckResult> checks) {
        return new HealthResponse(State.of(checks.stream().allMatch(HealthCheckResult::up)), checks);
    }
}
