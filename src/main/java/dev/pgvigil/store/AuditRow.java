package dev.pgvigil.store;

import java.time.Instant;
import java.util.UUID;

/**
 * A row of {@code health_monitoring_audit}.
 *
 * @param id given once, so that a repeated insert makes no second row
 * @param status of the target after the change
 * @param metrics the figures of the change, as JSON
 * @param alerts the findings of the change, as JSON
 * @param checkType name of the check; {@code status}: the status of the target changed; {@code role}: its role did
 */
public record AuditRow(
        UUID id, Instant timestamp, String target, String status, String metrics, String alerts, String checkType) {}
