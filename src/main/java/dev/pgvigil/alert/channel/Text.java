package dev.pgvigil.alert.channel;

/** Shortens texts to what receivers take. */
final class Text {

    private Text() {}

    /** At most that many characters, without half a character at the end. */
    static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
        return text.substring(0, end) + "…";
    }

    /** One line: what is a control character becomes a space. */
    static String line(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
