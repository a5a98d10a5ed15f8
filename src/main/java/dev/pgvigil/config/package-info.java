/**
 * The configuration: one YAML tree (or {@code DATABASE_URL} alone), read into one {@link dev.pgvigil.config.Section} a
 * feature, validated as a whole and reloaded on change; and the variables of the environment.
 */
@NullMarked
package dev.pgvigil.config;

import org.jspecify.annotations.NullMarked;
