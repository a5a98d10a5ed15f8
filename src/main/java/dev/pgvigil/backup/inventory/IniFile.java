package dev.pgvigil.backup.inventory;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of {@code key=value} lines with sections; keys before the first section are in the section {@code ""}. */
public final class IniFile {

    private static final int MOST_LINES = 1_000_000;

    private IniFile() {}

    /** Sections by name, each with its keys. */
    public static Map<String, Map<String, String>> parse(byte[] content) {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        Map<String, String> section = new LinkedHashMap<>();
        sections.put("", section);
        for (String line : new String(content, StandardCharsets.UTF_8).split("\n", MOST_LINES)) {
            String text = line.strip();
            int equals = text.indexOf('=');
            if (text.startsWith("[") && text.endsWith("]")) {
                section = sections.computeIfAbsent(text.substring(1, text.length() - 1), name -> new LinkedHashMap<>());
            } else if (equals > 0 && !text.startsWith("#")) {
                section.put(
                        text.substring(0, equals).strip(),
                        text.substring(equals + 1).strip());
            }
        }
        return sections;
    }
}
