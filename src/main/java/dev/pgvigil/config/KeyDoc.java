package dev.pgvigil.config;

/**
 * A key that a section reads.
 *
 * @param key dotted, with {@code *} for names chosen by the user: {@code pgvigil.targets.*.role}
 * @param type the allowed values
 * @param standard the default as written in YAML; empty if there is none
 * @param description one sentence or phrase without a full stop; empty for what only groups others
 * @param required true if it is required in its map
 * @param secret true if its value may contain a password
 */
record KeyDoc(String key, KeyType type, String standard, String description, boolean required, boolean secret) {}
