package dev.pgvigil.security;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** The latest entries of the audit log, from memory. */
@Path("/api/v1/audit")
@NonBlocking
@Tag(name = "pgvigil")
public final class AuditLogResource {

    private final AuditLog audit;

    /**
     * The answer.
     *
     * @param entries newest first, those since the start
     */
    @Schema(name = "AuditLog")
    public record LatestEntries(List<AuditLog.Entry> entries) {}

    AuditLogResource(AuditLog audit) {
        this.audit = audit;
    }

    @GET
    @RolesAllowed(Role.ADMIN_NAME)
    @Operation(
            operationId = "audit",
            summary = "Sign-ins, changes, refusals and reloads since the start, newest first; needs the role admin")
    public LatestEntries audit(@RestQuery @DefaultValue("100") int limit) {
        return new LatestEntries(audit.latest(Math.clamp(limit, 1, AuditLog.LATEST)));
    }
}
