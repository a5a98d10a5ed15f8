package dev.pgvigil.config;

/** YAML that is valid but not accepted. */
final class YamlRejected extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int line;

    YamlRejected(int line, String words) {
        super(words, null, false, false);
        this.line = line;
    }

    int line() {
        return line;
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
