package dev.pgvigil.config;

/**
 * A key that some section asks for.
 *
 * @param key dotted, with {@code *} where users choose the name: {@code pgvigil.targets.*.role}
 * @param allowed what may be written; empty for a map
 * @param standard the default as it would be written; empty where there is none
 */
record KeyDoc(String key, String allowed, String standard) {}
