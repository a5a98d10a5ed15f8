package dev.pgvigil.history;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.pgvigil.store.AuditRequest;
import dev.pgvigil.store.AuditRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Changes of one database, as the store keeps them. */
@Schema(name = "Audit")
public record AuditView(
        String databaseName,
        Instant from,
        Instant to,

        @Schema(description = "store; or none, without which no changes are kept")
        String source,

        @Schema(description = "the newest first") List<RowView> rows,

        @Schema(description = "parameter before of the next part; absent: this is the last one") @Nullable
        String next) {

    /** A change. */
    @Schema(name = "AuditRow")
    public record RowView(
            UUID id,
            Instant timestamp,

            @Schema(description = "of the database after the change")
            String status,

            @Schema(implementation = Map.class, description = "from and to of a status or role, event of a finding")
            @JsonRawValue
            String metrics,

            @Schema(implementation = Map[].class, description = "findings of the change") @JsonRawValue
            String alerts,

            @Schema(description = "name of the check; status or role: that of the database changed")
            String checkType) {}

    static AuditView of(String name, AuditRequest request, List<AuditRow> rows) {
        List<RowView> views = rows.stream()
                .map(row -> new RowView(
                        row.id(), row.timestamp(), row.status(), row.metrics(), row.alerts(), row.checkType()))
                .toList();
        return new AuditView(
                name,
                request.from(),
                request.to(),
                "store",
                views,
                rows.size() < request.limit() ? null : place(rows.getLast()));
    }

    /** Without a store. */
    static AuditView none(String name, AuditRequest request) {
        return new AuditView(name, request.from(), request.to(), "none", List.of(), null);
    }

    private static String place(AuditRow row) {
        return row.timestamp() + "," + row.id();
    }
}
