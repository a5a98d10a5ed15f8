package dev.pgvigil.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The JSON Schema of the configuration file, made from the keys that the sections read. */
final class ConfigSchema {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Map<String, BigDecimal> MILLIS =
            units("ms", 1, "s", 1_000, "m", 60_000, "h", 3_600_000, "d", 86_400_000);
    private static final Map<String, BigDecimal> BYTES = units(
            "[bB]?",
            1,
            "[kK][iI]?[bB]",
            1L << 10,
            "[mM][iI]?[bB]",
            1L << 20,
            "[gG][iI]?[bB]",
            1L << 30,
            "[tT][bB]",
            1L << 40);
    private static final Map<String, BigDecimal> RATIOS = units("", 1, "%", 0.01);
    private static final Map<String, BigDecimal> NO_UNIT = Map.of("", BigDecimal.ONE);

    private final Map<String, KeyDoc> keys = new LinkedHashMap<>();

    private final Map<String, ObjectNode> amounts = new TreeMap<>();

    private ConfigSchema(List<KeyDoc> docs) {
        docs.forEach(doc -> keys.put(doc.key(), doc));
    }

    static String of(List<KeyDoc> docs) {
        ConfigSchema schema = new ConfigSchema(docs);
        ObjectNode root = JSON.objectNode();
        root.put("$schema", "http://json-schema.org/draft-07/schema#");
        root.put("title", "The configuration of pgvigil");
        root.put("type", "object").put("additionalProperties", false);
        root.putArray("required").add("pgvigil");
        root.putObject("properties").set("pgvigil", schema.of("pgvigil"));
        ObjectNode definitions = root.putObject("definitions");
        schema.amounts.forEach(definitions::set);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        try {
            return new ObjectMapper().writer(printer).writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode of(String key) {
        KeyDoc doc = keys.get(key);
        if (doc == null) {
            throw new IllegalArgumentException(key);
        }
        ObjectNode schema = JSON.objectNode();
        if (!doc.description().isEmpty()) {
            boolean plain = doc.type().allowed().endsWith("map") || doc.type() instanceof KeyType.Maps;
            schema.put(
                    "description",
                    doc.description() + (plain ? "." : ": " + doc.type().allowed() + "."));
        }
        if (!doc.standard().isEmpty()) {
            schema.put("default", doc.standard());
        }
        return schema.setAll(value(doc));
    }

    private ObjectNode value(KeyDoc doc) {
        return switch (doc.type()) {
            case KeyType.Keys _ -> map(doc.key());
            case KeyType.Names _ -> {
                ObjectNode map = types("object", "null");
                map.set("additionalProperties", of(doc.key() + ".*"));
                yield map;
            }
            case KeyType.Text _ -> types("string", "number", "boolean");
            case KeyType.Texts _ -> {
                ObjectNode texts = types("array", "string", "number", "boolean", "null");
                texts.set("items", types("string", "number", "boolean"));
                yield texts;
            }
            case KeyType.Maps _ -> {
                ObjectNode maps = types("array", "null");
                maps.set("items", of(doc.key() + ".*"));
                yield maps;
            }
            case KeyType.Flag _ ->
                JSON.objectNode()
                        .set(
                                "enum",
                                JSON.arrayNode()
                                        .add(true)
                                        .add(false)
                                        .add("true")
                                        .add("false"));
            case KeyType.Choice(var words) -> {
                ArrayNode allowed = JSON.arrayNode();
                words.forEach(allowed::add);
                yield JSON.objectNode().set("enum", allowed);
            }
            case KeyType.Whole(var min, var max) ->
                amount(doc, number("integer", BigDecimal.valueOf(min), BigDecimal.valueOf(max), NO_UNIT));
            case KeyType.Ratio(var min, var max) ->
                amount(doc, number("number", BigDecimal.valueOf(min), BigDecimal.valueOf(max), RATIOS));
            case KeyType.Size(var min, var max) ->
                amount(doc, number("integer", BigDecimal.valueOf(min), BigDecimal.valueOf(max), BYTES));
            case KeyType.Time(var min, var max) ->
                amount(
                        doc,
                        pattern(
                                "string",
                                BigDecimal.valueOf(min.toMillis()),
                                BigDecimal.valueOf(max.toMillis()),
                                MILLIS));
        };
    }

    private ObjectNode map(String key) {
        ObjectNode map = types("object", "null").put("additionalProperties", false);
        ArrayNode required = JSON.arrayNode();
        ObjectNode properties = map.putObject("properties");
        String prefix = key + ".";
        keys.values().stream()
                .filter(doc -> doc.key().startsWith(prefix) && doc.key().indexOf('.', prefix.length()) < 0)
                .forEach(doc -> {
                    String name = doc.key().substring(prefix.length());
                    properties.set(name, of(doc.key()));
                    if (doc.required()) {
                        required.add(name);
                    }
                });
        if (!required.isEmpty()) {
            map.put("type", "object").set("required", required);
        }
        return map;
    }

    /** Patterns of amounts are long, and shared by many keys. */
    private ObjectNode amount(KeyDoc doc, ObjectNode schema) {
        String allowed = doc.type().allowed();
        String name = allowed.replaceFirst("^an? ", "").replaceAll("[^A-Za-z0-9]+", "-");
        amounts.put(name, schema.put("patternErrorMessage", "must be " + allowed));
        ObjectNode reference = JSON.objectNode();
        reference.putArray("allOf").addObject().put("$ref", "#/definitions/" + name);
        return reference;
    }

    /** A plain number, or a text of one with its unit. */
    private static ObjectNode number(String type, BigDecimal min, BigDecimal max, Map<String, BigDecimal> units) {
        ObjectNode number = types(type, "string");
        return number.put("minimum", min).put("maximum", max).put("pattern", AmountPattern.of(min, max, units));
    }

    private static ObjectNode pattern(String type, BigDecimal min, BigDecimal max, Map<String, BigDecimal> units) {
        return types(type).put("pattern", AmountPattern.of(min, max, units));
    }

    private static ObjectNode types(String... types) {
        ObjectNode schema = JSON.objectNode();
        if (types.length == 1) {
            return schema.put("type", types[0]);
        }
        ArrayNode names = schema.putArray("type");
        List.of(types).forEach(names::add);
        return schema;
    }

    private static Map<String, BigDecimal> units(Object... pairs) {
        Map<String, BigDecimal> units = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            units.put((String) pairs[i], new BigDecimal(pairs[i + 1].toString()));
        }
        return units;
    }
}
