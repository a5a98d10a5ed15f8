package dev.pgvigil.health;

import io.smallrye.health.api.HealthContentFilter;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Removes duplicates: a check that belongs to liveness and readiness would appear twice in {@code /health}. */
@Singleton
final class EachCheckOnce implements HealthContentFilter {

    /** The identity of a check in the response. Its data may differ, because ages have increased. */
    private record Key(String name, String status) {}

    @Override
    public JsonObject filter(JsonObject payload) {
        List<JsonObject> checks = payload.getJsonArray("checks").getValuesAs(JsonObject.class);
        Set<Key> seen = HashSet.newHashSet(checks.size());
        List<JsonObject> distinct =
                checks.stream().filter(check -> seen.add(key(check))).toList();
        if (distinct.size() == checks.size()) {
            return payload;
        }
        JsonArrayBuilder array = Json.createArrayBuilder();
        distinct.forEach(array::add);
        return Json.createObjectBuilder(payload).add("checks", array).build();
    }

    private static Key key(JsonObject check) {
        return new Key(check.getString("name"), check.getString("status"));
    }
}
