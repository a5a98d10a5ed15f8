/**
 * Probes for Kubernetes in MicroProfile Health's JSON, answered from memory: pgvigil's own health, and groups of targets
 * that other workloads can wait for.
 */
@NullMarked
package dev.pgvigil.health;

import org.jspecify.annotations.NullMarked;
