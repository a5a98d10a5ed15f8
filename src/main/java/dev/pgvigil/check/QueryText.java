package dev.pgvigil.check;

/**
 * Removes the values from a statement: literals, numbers and dollar-quoted texts become {@code ?}, comments and white space one
 * blank. Scans SQL only as far as needed, so it accepts any text, truncated anywhere, and never fails.
 */
public final class QueryText {

    /** The longest result, in UTF-16 units. */
    static final int LENGTH = 300;

    private static final char VALUE = '?';
    private static final String CUT = "…";

    private final String text;
    private final StringBuilder out = new StringBuilder(LENGTH + 16);
    private int at;

    private QueryText(String text) {
        this.text = text;
    }

    /** The statement without its values, at most {@link #LENGTH} long, cut on a code point. */
    public static String normalised(String text) {
        QueryText query = new QueryText(text);
        while (query.at < text.length() && query.out.length() <= LENGTH) {
            query.token();
        }
        return cut(query.out.toString().strip());
    }

    private static String cut(String text) {
        if (text.length() <= LENGTH) {
            return text;
        }
        int end = LENGTH - CUT.length();
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + CUT;
    }

    private void token() {
        char c = text.charAt(at);
        if (c == '\'') {
            literal(false);
        } else if (c == '"') {
            quotedName();
        } else if (c == '$') {
            dollar();
        } else if (text.startsWith("--", at)) {
            lineComment();
        } else if (text.startsWith("/*", at)) {
            blockComment();
        } else if (digit(at) || (c == '.' && digit(at + 1))) {
            number();
        } else if (nameStart(c)) {
            name();
        } else {
            symbol();
        }
    }

    /** A string constant; {@code at} is its opening quote. */
    private void literal(boolean backslashEscapes) {
        out.append(VALUE);
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                if (!backslashEscapes && text.charAt(at + 1) == '\'') {
                    // The end of this string depends on standard_conforming_strings; a wrong guess would show values.
                    at = text.length();
                    return;
                }
                at++;
            } else if (text.startsWith("''", at)) {
                at++;
            } else if (c == '\'') {
                at++;
                return;
            }
        }
    }

    private void quotedName() {
        do {
            printable(text.codePointAt(at));
            at += Character.charCount(text.codePointAt(at));
        } while (at < text.length() && text.charAt(at) != '"' && out.length() <= LENGTH);
        if (at < text.length() && text.charAt(at) == '"') {
            out.append('"');
            at++;
        }
    }

    /** A parameter ({@code $1}), which stays, or a dollar-quoted text. */
    private void dollar() {
        int end = at + 1;
        while (end < text.length() && (nameStart(text.charAt(end)) || (end > at + 1 && digit(end)))) {
            end++;
        }
        if (end < text.length() && text.charAt(end) == '$') {
            String tag = text.substring(at, end + 1);
            int close = text.indexOf(tag, end + 1);
            at = close < 0 ? text.length() : close + tag.length();
            out.append(VALUE);
            return;
        }
        out.append('$');
        at++;
        while (digit(at)) {
            out.append(text.charAt(at++));
        }
    }

    private void lineComment() {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
            at++;
        }
        blank();
    }

    private void blockComment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
        blank();
    }

    private void number() {
        out.append(VALUE);
        while (at < text.length() && (numberPart(text.charAt(at)) || exponentSign())) {
            at++;
        }
    }

    /** Letters are hexadecimal digits, exponents or garbage; a dollar sign may begin a quoted text. */
    private static boolean numberPart(char c) {
        return c == '.' || (c != '$' && namePart(c));
    }

    private boolean exponentSign() {
        char c = text.charAt(at);
        char before = text.charAt(at - 1);
        return (c == '+' || c == '-') && (before == 'e' || before == 'E') && digit(at + 1);
    }

    /** A name or keyword; or the prefix of a constant such as {@code E'…'}, {@code U&'…'}, {@code X'…'}. */
    private void name() {
        int start = at;
        while (at < text.length() && namePart(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equalsIgnoreCase("u") && text.startsWith("&'", at)) {
            at++;
            literal(false);
        } else if (word.length() == 1 && "eEbBxXnN".contains(word) && text.startsWith("'", at)) {
            literal(word.equalsIgnoreCase("e"));
        } else {
            word.codePoints().forEach(this::printable);
        }
    }

    private void symbol() {
        int c = text.codePointAt(at);
        at += Character.charCount(c);
        printable(c);
    }

    /** Control and formatting characters could forge log lines or reverse the direction of the text. */
    private void printable(int c) {
        if (Character.isWhitespace(c) || Character.isISOControl(c) || Character.isSpaceChar(c)) {
            blank();
        } else if (Character.getType(c) != Character.FORMAT) {
            out.appendCodePoint(c);
        }
    }

    private void blank() {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != ' ') {
            out.append(' ');
        }
    }

    private boolean digit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private static boolean nameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean namePart(char c) {
        return nameStart(c) || (c >= '0' && c <= '9') || c == '$';
    }
}
