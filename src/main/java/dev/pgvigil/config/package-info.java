/**
 * The configuration: one YAML tree (or only {@code DATABASE_URL}), read into one {@link dev.pgvigil.config.Section} per
 * feature, validated as a whole and reloaded on change; and the environment variables.
 */
@NullMarked
package dev.pgvigil.config;

import org.jspecify.annotations.NullMarked;
