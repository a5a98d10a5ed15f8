package dev.pgvigil.config;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys that may contain a password. In braces, YAML ends an unquoted value at a comma, so the rest of a password is
 * parsed as a key.
 *
 * @param keys with {@code *} for names chosen by the user
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

    /** True if such a key is allowed below this one. */
    boolean below(String key) {
        return keys.stream().anyMatch(secret -> key.isEmpty() || secret.startsWith(key + "."));
    }
}
