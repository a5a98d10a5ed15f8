package dev.pgvigil.config;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which keys may hold a password. In braces, YAML ends an unquoted value at a comma: the rest of a password then stands there
 * as a key.
 *
 * @param keys with {@code *} where users choose the name
 */
record SecretKeys(Set<String> keys) {

    static final SecretKeys NONE = new SecretKeys(Set.of());

    SecretKeys {
        keys = Set.copyOf(keys);
    }

    static SecretKeys of(Collection<KeyDoc> docs) {
        return new SecretKeys(
                docs.stream().filter(KeyDoc::secret).map(KeyDoc::key).collect(Collectors.toSet()));
    }

    boolean contains(String key) {
        return keys.contains(key);
    }

    /** Whether such a key may be anywhere below this one. */
    boolean below(String key) {
        return keys.stream().anyMatch(secret -> key.isEmpty() || secret.startsWith(key + "."));
    }
}
