package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the tags of a target: names and values chosen by the user. */
final class TagsReader {

    private static final int MAX_TAGS = 20;
    private static final int MAX_LENGTH = 100;

    private TagsReader() {}

    static Map<String, String> read(Node node) {
        Map<String, Node> entries = node.children();
        if (entries.size() > MAX_TAGS) {
            node.problem("holds " + entries.size() + " tags; at most " + MAX_TAGS + " are possible");
            return Map.of();
        }
        Map<String, String> tags = new LinkedHashMap<>();
        entries.forEach((name, place) -> {
            String value = place.text();
            if (value != null) {
                tags.put(Label.read(place, name, MAX_LENGTH), Label.read(place, value, MAX_LENGTH));
            }
        });
        return tags;
    }
}
