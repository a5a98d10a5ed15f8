package dev.pgvigil.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/** The fields of a JSON text, without their values: {@code targets[].name}. */
final class Shape {

    /** Maps whose keys are data. */
    private static final Set<String> MAPS =
            Set.of("tags", "labels", "extensions", "settings", "by_state", "data", "metrics");

    private static final String NULL = "=null";

    private Shape() {}

    static Set<String> of(JsonNode node) {
        Set<String> fields = new TreeSet<>();
        collect(node, "", fields);
        return fields;
    }

    /** Whether the field belongs to elements of a list that has none here, so that nothing can be said of it. */
    static boolean insideAnEmptyList(String field, Set<String> shape) {
        for (int end = field.indexOf("[]."); end >= 0; end = field.indexOf("[].", end + 1)) {
            String elements = field.substring(0, end) + "[].";
            if (shape.stream().noneMatch(known -> known.startsWith(elements))) {
                return shape.contains(field.substring(0, end));
            }
        }
        return false;
    }

    /** Whether the field belongs to an object that is null here, so that nothing can be said of it. */
    static boolean insideNull(String field, Set<String> shape) {
        for (int end = field.indexOf('.', 1); end >= 0; end = field.indexOf('.', end + 1)) {
            if (shape.contains(field.substring(0, end) + NULL)) {
                return true;
            }
        }
        return false;
    }

    private static void collect(JsonNode node, String path, Set<String> fields) {
        if (node.isArray()) {
            node.forEach(element -> collect(element, path + "[]", fields));
        }
        node.properties().forEach(field -> {
            String name = path + "." + field.getKey();
            fields.add(name);
            if (field.getValue().isNull()) {
                fields.add(name + NULL);
            }
            if (!MAPS.contains(field.getKey()) && !field.getKey().equals("evidence")) {
                collect(field.getValue(), name, fields);
            }
        });
    }
}
