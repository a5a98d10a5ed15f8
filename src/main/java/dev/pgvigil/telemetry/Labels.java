package dev.pgvigil.telemetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Labels of a series, sorted by name, so that equality does not depend on order. Values are limited in length and contain no
 * characters that a text format cannot represent.
 */
record Labels(List<String> names, List<String> values) {

    static final Labels NONE = new Labels(List.of(), List.of());

    /** Longer than any name in PostgreSQL, which has at most 63 bytes. */
    static final int LONGEST_VALUE = 200;

    private static final int LONGEST_NAME = 100;
    private static final Pattern NAME = Pattern.compile("(?!__)[a-zA-Z_][a-zA-Z0-9_]{0," + (LONGEST_NAME - 1) + "}");
    private static final char REPLACEMENT = '\uFFFD';

    /**
     * These labels and more.
     *
     * @param more name, value, name, value, …
     * @throws IllegalArgumentException for an invalid or repeated name
     */
    Labels with(String... more) {
        if (more.length % 2 != 0) {
            throw new IllegalArgumentException("a label without a value");
        }
        List<String> allNames = new ArrayList<>(names);
        List<String> allValues = new ArrayList<>(values);
        for (int i = 0; i < more.length; i += 2) {
            int place = Collections.binarySearch(allNames, more[i]);
            if (place >= 0 || !NAME.matcher(more[i]).matches()) {
                throw new IllegalArgumentException("a bad or repeated label");
            }
            allNames.add(-place - 1, more[i]);
            allValues.add(-place - 1, clean(more[i + 1]));
        }
        return new Labels(List.copyOf(allNames), List.copyOf(allValues));
    }

    /** These labels and more; a repeated name gets the new value. */
    Labels replacing(String... more) {
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean replaced = false;
            for (int j = 0; j < more.length; j += 2) {
                replaced |= more[j].equals(names.get(i));
            }
            if (!replaced) {
                kept.add(names.get(i));
                kept.add(values.get(i));
            }
        }
        return NONE.with(kept.toArray(String[]::new)).with(more);
    }

    /** Converts a text to a valid label name, cut if it is too long. */
    static String name(String text) {
        String name = text.replaceAll("[^a-zA-Z0-9_]", "_");
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    // newlines and tabs stay, since every format escapes them and names must match those of other exporters
    private static String clean(String value) {
        if (value.length() <= LONGEST_VALUE && value.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
            return value;
        }
        StringBuilder clean = new StringBuilder(Math.min(value.length(), LONGEST_VALUE));
        value.codePoints().limit(LONGEST_VALUE).forEach(c -> {
            boolean alone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
            clean.appendCodePoint(alone || control ? REPLACEMENT : c);
        });
        return clean.toString();
    }
}
