package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * A setting of one check beyond its thresholds: {@code checks.<check>.<name>} in the configuration, or a section {@code <name>} of
 * a target. What is configured replaces the default.
 *
 * @param <T> the value: immutable, with equality, so that a reload changes only what changed
 * @param description a phrase without a full stop; for the JSON Schema and the reference
 * @param standard the value where nothing is configured
 * @param reader reads the value; records problems at the node
 * @param section whether it is a section of the target, because it describes the database rather than the check
 */
public record CheckOption<T>(
        String check, String name, String description, T standard, Reader<T> reader, boolean section) {

    public CheckOption(String check, String name, String description, T standard, Reader<T> reader) {
        this(check, name, description, standard, reader, false);
    }

    /** A section of the target. */
    public static <T> CheckOption<T> section(
            String check, String name, String description, T standard, Reader<T> reader) {
        return new CheckOption<>(check, name, description, standard, reader, true);
    }

    /** The most entries of a list. */
    public static final int MOST = 10_000;

    private static final int MAX_LENGTH = 300;

    /** Reads the value of an option. */
    public interface Reader<T> {

        T read(Node place);
    }

    /** A list of texts. */
    public static CheckOption<List<String>> list(String check, String name, String description) {
        return new CheckOption<>(
                check,
                name,
                description,
                List.of(),
                place -> valid(
                        place,
                        place.items().stream()
                                .map(Node::text)
                                .map(String::valueOf)
                                .toList()));
    }

    /** The name of a file with one text a line; empty lines and lines that begin with {@code #} do not count. */
    public static CheckOption<List<String>> file(String check, String name, String description) {
        return new CheckOption<>(check, name, description, List.of(), place -> valid(place, lines(place)));
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

    private static List<String> valid(Node place, List<String> texts) {
        if (texts.size() > MOST) {
            place.problem("holds " + texts.size() + " entries; at most " + MOST + " are possible");
            return List.of();
        }
        if (texts.stream().anyMatch(text -> text.isBlank() || text.length() > MAX_LENGTH)) {
            place.problem("each entry must have 1 to " + MAX_LENGTH + " characters");
            return List.of();
        }
        return List.copyOf(texts);
    }
}
