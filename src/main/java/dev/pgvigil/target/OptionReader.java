package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.util.ArrayList;
import java.util.List;

/** Reads one option of a check. */
final class OptionReader {

    private static final int MAX_LENGTH = 300;

    private OptionReader() {}

    /** The texts; what is written replaces the default. */
    static List<String> read(Node check, CheckOption option, List<String> standard) {
        Node place = check.doc(option.description()).child(option.name());
        List<String> texts = switch (option.kind()) {
            case LIST -> check.strings(option.name());
            case FILE -> lines(place);
        };
        if (!place.present()) {
            return standard;
        }
        if (texts.size() > CheckOption.MOST) {
            place.problem("holds " + texts.size() + " entries; at most " + CheckOption.MOST + " are possible");
            return standard;
        }
        if (texts.stream().anyMatch(text -> text.isBlank() || text.length() > MAX_LENGTH)) {
            place.problem("each entry must have 1 to " + MAX_LENGTH + " characters");
            return standard;
        }
        return List.copyOf(texts);
    }

    private static List<String> lines(Node place) {
        String name = place.text();
        String content = name == null ? null : place.content(name);
        List<String> texts = new ArrayList<>();
        if (content != null) {
            content.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .forEach(texts::add);
        }
        return texts;
    }
}
