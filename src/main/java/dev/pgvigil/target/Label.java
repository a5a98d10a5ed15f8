package dev.pgvigil.target;

import dev.pgvigil.config.Node;

/** Short texts that become labels of metrics and are shown on pages. */
final class Label {

    private Label() {}

    /** The text; an error if it is too long or contains unprintable characters. */
    static String read(Node place, String text, int max) {
        if (text.codePointCount(0, text.length()) > max || text.codePoints().anyMatch(Label::unprintable)) {
            place.problem("must be at most " + max + " printable characters");
        }
        return text;
    }

    private static boolean unprintable(int c) {
        return Character.isISOControl(c)
                || switch (Character.getType(c)) {
                    case Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> true;
                    default -> false;
                };
    }
}
