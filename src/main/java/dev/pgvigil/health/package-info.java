/**
 * Probes for Kubernetes in MicroProfile Health format, answered from memory: pgvigil's own health, and groups of
 * targets for other workloads.
 */
@NullMarked
package dev.pgvigil.health;

import org.jspecify.annotations.NullMarked;
