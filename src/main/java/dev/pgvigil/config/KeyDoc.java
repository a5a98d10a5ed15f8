package dev.pgvigil.config;

/**
 * A key that a section reads.
 *
 * @param key dotted, with {@code *} where users choose the name: {@code pgvigil.targets.*.role}
 * @param type what may be written
 * @param standard the default as it would be written; empty where there is none
 * @param description one sentence or phrase without a full stop; empty for what only groups others
 * @param required whether it must be written wherever its map is
 * @param secret whether its value may hold a password
 */
record KeyDoc(String key, KeyType type, String standard, String description, boolean required, boolean secret) {}
