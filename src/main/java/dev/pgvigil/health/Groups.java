package dev.pgvigil.health;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configured groups by name, in configuration order. */
record Groups(Map<String, Group> byName) {

    Groups {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    @Nullable
    Group named(String name) {
        return byName.get(name);
    }
}
