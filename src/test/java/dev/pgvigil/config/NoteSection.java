package dev.pgvigil.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A section of one text, and one secret that is in a file. */
final class NoteSection implements Section<NoteSection.Text> {

    record Text(String text, String secret) {}

    @Override
    public String key() {
        return "note";
    }

    @Override
    public Text read(Node node) {
        @Nullable String file = node.string("file");
        String secret = file == null ? "" : node.child("file").content(file);
        if (node.string("text", "").equals("bad")) {
            node.child("text").problem("must not be bad");
        }
        if (node.string("text", "").equals("broken")) {
            throw new IllegalStateException("secret");
        }
        if (node.string("text", "").equals("endless")) {
            throw new StackOverflowError("secret");
        }
        return new Text(node.string("text", "none"), Objects.requireNonNullElse(secret, ""));
    }
}
