package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A finding that the configuration accepts for a time; it does not count for the status of its target. */
@Schema(name = "IgnoredFinding")
public record IgnoredFinding(
        Finding finding,

        @Schema(description = "why it is ignored, from the configuration")
        String reason,

        @Schema(description = "when it counts again") Instant until) {}
