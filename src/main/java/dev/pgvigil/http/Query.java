package dev.pgvigil.http;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads query parameters strictly: an error names the parameter, its value and the allowed values. */
public final class Query {

    private static final int SHOWN = 80;

    private Query() {}

    /** {@code true} or {@code false}; absent is false. */
    public static boolean flag(String name, @Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw wrong(name, text, "true or false");
    }

    /** A whole number in a range. */
    public static int integer(String name, @Nullable String text, int fallback, int min, int max) {
        if (text == null) {
            return fallback;
        }
        // Nine digits always fit into an int.
        int value = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (value < min || value > max) {
            throw wrong(name, text, "a whole number from " + min + " to " + max);
        }
        return value;
    }

    /** One of an enum's constants in lower case; absent is the fallback. */
    public static <E extends Enum<E>> E choice(String name, @Nullable String text, Class<E> type, E fallback) {
        return text == null ? fallback : constant(name, text, type);
    }

    /** Several of an enum's constants in lower case. */
    public static <E extends Enum<E>> List<E> choices(String name, List<String> texts, Class<E> type) {
        return texts.stream().map(text -> constant(name, text, type)).toList();
    }

    private static <E extends Enum<E>> E constant(String name, String text, Class<E> type) {
        E[] constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .filter(constant -> lower(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> wrong(
                        name, text, Arrays.stream(constants).map(Query::lower).collect(joining(", "))));
    }

    /**
     * Rejects unknown, empty and repeated parameters.
     *
     * @param known the parameters by name; true if a parameter may be repeated
     */
    public static void strict(Map<String, List<String>> given, Map<String, Boolean> known) {
        given.forEach((name, values) -> {
            Boolean repeatable = known.get(name);
            if (repeatable == null) {
                throw ProblemException.badRequest("unknown query parameter \"" + shown(name) + "\"; "
                        + (known.isEmpty() ? "this path takes none" : "known: " + String.join(", ", known.keySet())));
            }
            if (values.contains("")) {
                throw ProblemException.badRequest("query parameter " + name + " is empty");
            }
            if (!repeatable && values.size() > 1) {
                throw ProblemException.badRequest(
                        "query parameter " + name + " is given " + values.size() + " times; allowed: once");
            }
        });
    }

    /** The error for a value. */
    public static ProblemException wrong(String name, String text, String allowed) {
        return ProblemException.badRequest(
                "query parameter " + name + " is \"" + shown(text) + "\"; allowed: " + allowed);
    }

    /** A text of the client, shortened for messages. */
    public static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
