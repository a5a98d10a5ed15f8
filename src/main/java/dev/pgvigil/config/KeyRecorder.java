package dev.pgvigil.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records which keys sections read. It acts as a document in which every map exists, with one entry where users choose the
 * names, and every value has its default. The JSON Schema and the reference are generated from the records, so they match
 * the code.
 */
final class KeyRecorder extends TypedNode {

    private static final String ANY = "*";

    private final Map<String, Recorded> keys;
    private final @Nullable KeyRecorder parent;
    private final String pattern;
    private final String description;
    private final boolean secret;

    /** The data recorded for one key so far. */
    private static final class Recorded {
        private @Nullable KeyType type;
        private String standard = "";
        private String description = "";
        private boolean required;
        private boolean secret;

        KeyDoc doc(String key) {
            KeyType known = type == null ? new KeyType.Keys() : type;
            return new KeyDoc(key, known, standard, description, required, secret);
        }
    }

    private KeyRecorder(
            Map<String, Recorded> keys,
            @Nullable KeyRecorder parent,
            String pattern,
            String description,
            boolean secret) {
        this.keys = keys;
        this.parent = parent;
        this.pattern = pattern;
        this.description = description;
        this.secret = secret;
    }

    /** All keys of these sections; a map comes before its keys. */
    static List<KeyDoc> keys(Collection<? extends Section<?>> sections) {
        Map<String, Recorded> keys = new LinkedHashMap<>();
        Node pgvigil = new KeyRecorder(keys, null, "", "", false).child("pgvigil");
        // The container injects them in any order.
        sections.stream()
                .sorted(Comparator.comparing(Section::key))
                .forEach(section -> section.read(pgvigil.child(section.key())));
        return keys.entrySet().stream()
                .map(entry -> entry.getValue().doc(entry.getKey()))
                .toList();
    }

    @Override
    public Node doc(String text) {
        return new KeyRecorder(keys, parent, pattern, text, false);
    }

    @Override
    public Node secret(String text) {
        return new KeyRecorder(keys, parent, pattern, text, true);
    }

    @Override
    Node child(String key, @Nullable KeyType type, Supplier<String> standard) {
        is(new KeyType.Keys());
        KeyRecorder child = new KeyRecorder(keys, this, pattern.isEmpty() ? key : pattern + "." + key, "", false);
        Recorded recorded = child.recorded();
        if (type != null && recorded.type == null) {
            recorded.type = type;
            recorded.standard = standard.get();
        }
        if (!description.isEmpty()) {
            recorded.description = description;
        }
        recorded.secret |= secret;
        return child;
    }

    @Override
    public Node required(String key, String example) {
        Node child = child(key);
        recorded(child.path()).required = true;
        return child;
    }

    @Override
    public Node beside(String key) {
        if (parent == null) {
            throw new IllegalStateException("nothing is beside the root");
        }
        return description.isEmpty()
                ? parent.child(key)
                : parent.doc(description).child(key);
    }

    @Override
    public Map<String, Node> children() {
        is(new KeyType.Names());
        return Map.of(ANY, child(ANY));
    }

    @Override
    public List<Node> items() {
        is(new KeyType.Texts());
        return List.of(new KeyRecorder(keys, this, below(ANY), "", false));
    }

    @Override
    public @Nullable String text() {
        is(new KeyType.Text());
        return null;
    }

    @Override
    public String path() {
        return pattern;
    }

    @Override
    public int line() {
        return 0;
    }

    @Override
    public boolean present() {
        return true;
    }

    @Override
    public boolean mistaken() {
        return false;
    }

    /** Ignored: there is no value that could be wrong; missing keys are handled by {@link #required}. */
    @Override
    public void problem(String message) {}

    @Override
    public String shown(String text) {
        return text;
    }

    @Override
    public Node variable(String name) {
        return YamlNode.absent();
    }

    @Override
    public @Nullable String environment(String name) {
        return null;
    }

    @Override
    public Content file(String name) {
        return new Content.Unreadable("is not read");
    }

    @Override
    public void document(String name, Consumer<Node> reader) {}

    @Override
    public void skip() {}

    @Override
    public void documents(String name, Consumer<List<Node>> reader) {}

    @Override
    public @Nullable String content(String name) {
        return null;
    }

    private void is(KeyType type) {
        if (pattern.isEmpty()) {
            return;
        }
        if (parent != null && pattern.endsWith("." + ANY) && !(parent.recorded().type instanceof KeyType.Names)) {
            item(parent, type);
        } else if (recorded().type == null) {
            recorded().type = type;
        }
    }

    /** An element of a list is recorded separately only if it is a map. */
    private void item(KeyRecorder list, KeyType type) {
        if (type instanceof KeyType.Keys || type instanceof KeyType.Names) {
            list.recorded().type = new KeyType.Maps();
            recorded().type = type;
        }
    }

    private String below(String key) {
        return pattern.isEmpty() ? key : pattern + "." + key;
    }

    private Recorded recorded() {
        return recorded(pattern);
    }

    private Recorded recorded(String key) {
        return keys.computeIfAbsent(key, _ -> new Recorded());
    }
}
