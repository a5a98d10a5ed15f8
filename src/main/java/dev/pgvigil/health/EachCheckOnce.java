package dev.pgvigil.health;

import io.smallrye.health.api.HealthContentFilter;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A check that belongs to liveness and to readiness would stand twice in the answer of {@code /health}. */
@Singleton
final class EachCheckOnce implements HealthContentFilter {

    /** What two answers of one check have in common; ages have passed in between. */
    private record Told(String name, String status) {}

    @Override
    public JsonObject filter(JsonObject payload) {
        List<JsonObject> checks = payload.getJsonArray("checks").getValuesAs(JsonObject.class);
        Set<Told> told = HashSet.newHashSet(checks.size());
        List<JsonObject> once =
                checks.stream().filter(check -> told.add(told(check))).toList();
        if (once.size() == checks.size()) {
            return payload;
        }
        JsonArrayBuilder rest = Json.createArrayBuilder();
        once.forEach(rest::add);
        return Json.createObjectBuilder(payload).add("checks", rest).build();
    }

    private static Told told(JsonObject check) {
        return new Told(check.getString("name"), check.getString("status"));
    }
}
