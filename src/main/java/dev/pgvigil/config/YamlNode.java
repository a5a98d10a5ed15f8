package dev.pgvigil.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A place in a YAML document. Not thread-safe. */
final class YamlNode extends TypedNode {

    private static final String HIDDEN = "?";
    private static final String UNQUOTED =
            "; its name is not shown, as it may be a part of a password: a value that holds any of , : # { } [ ] "
                    + "needs quotes";

    private final ReadContext reading;
    private final @Nullable YamlNode parent;
    private final String key;
    private final String pattern;
    private final int line;
    private final org.snakeyaml.engine.v2.nodes.@Nullable Node yaml;

    private final Map<String, YamlNode> known = new LinkedHashMap<>();
    private @Nullable Map<String, Entry> entries;
    private boolean open;
    private boolean faulty;

    /** The value of one key of a map. */
    private record Entry(int line, org.snakeyaml.engine.v2.nodes.Node value) {}

    private YamlNode(
            ReadContext reading,
            @Nullable YamlNode parent,
            String key,
            String pattern,
            int line,
            org.snakeyaml.engine.v2.nodes.@Nullable Node yaml) {
        this.reading = reading;
        this.parent = parent;
        this.key = key;
        this.pattern = pattern;
        this.line = line;
        this.yaml = yaml;
    }

    /** The root of a document; an absent place if there is no document. */
    static YamlNode root(ReadContext reading, org.snakeyaml.engine.v2.nodes.@Nullable Node yaml) {
        return new YamlNode(reading, null, "", "", yaml == null ? 0 : YamlShape.line(yaml), yaml);
    }

    /** An absent place outside any document. */
    static YamlNode absent() {
        return root(new ReadContext(new Sources(Path.of(""), _ -> null, Map.of()), SecretKeys.NONE), null);
    }

    @Override
    public String path() {
        return parent == null ? key : below(parent.path(), splitOff() ? HIDDEN : Redacted.key(key));
    }

    @Override
    public int line() {
        return line;
    }

    @Override
    public boolean present() {
        return yaml != null;
    }

    @Override
    public void problem(String message) {
        if (!faulty) {
            reading.problem(path(), line, message);
        }
    }

    @Override
    public boolean mistaken() {
        return reading.mistaken(path());
    }

    @Override
    public Node doc(String description) {
        return this;
    }

    @Override
    public Node secret(String description) {
        return this;
    }

    @Override
    Node child(String name, @Nullable KeyType type, Supplier<String> standard) {
        return known.computeIfAbsent(name, n -> place(n, below(pattern, n)));
    }

    @Override
    public Node beside(String name) {
        if (parent == null) {
            throw new IllegalStateException("nothing is beside the root");
        }
        return parent.child(name);
    }

    @Override
    public Map<String, Node> children() {
        open = true;
        Map<String, Node> children = new LinkedHashMap<>();
        for (String name : entries().keySet()) {
            children.put(name, known.computeIfAbsent(name, n -> place(n, below(pattern, "*"))));
        }
        return children;
    }

    @Override
    public void skip() {
        open = true;
    }

    @Override
    public List<Node> items() {
        if (yaml == null || YamlShape.empty(yaml)) {
            return List.of();
        }
        if (!(yaml instanceof SequenceNode sequence)) {
            return List.of(this);
        }
        List<Node> items = new ArrayList<>();
        for (org.snakeyaml.engine.v2.nodes.Node item : sequence.getValue()) {
            if (!reading.mayRead(this)) {
                break;
            }
            String position = Integer.toString(items.size() + 1);
            items.add(known.computeIfAbsent(
                    position, n -> new YamlNode(reading, this, n, below(pattern, "*"), YamlShape.line(item), item)));
        }
        return items;
    }

    @Override
    public @Nullable String text() {
        if (yaml == null || faulty) {
            return null;
        }
        if (!(yaml instanceof ScalarNode scalar)) {
            return fault("must be a single value, not " + YamlShape.word(yaml));
        }
        if (YamlShape.empty(scalar)) {
            return fault("has no value; give it one or remove the key (a text that begins with # needs quotes)");
        }
        return scalar.getValue();
    }

    @Override
    public Node variable(String name) {
        String value = reading.sources().variable(name);
        return new YamlNode(reading, null, name, name, 0, value == null ? null : Yaml.text(value));
    }

    @Override
    public @Nullable String environment(String name) {
        return reading.sources().environment(name);
    }

    @Override
    public Content file(String name) {
        return reading.sources().named(name);
    }

    @Override
    public @Nullable String content(String name) {
        String text = null;
        String reason = "is not UTF-8 text";
        switch (file(name)) {
            case Content.Read read -> text = Utf8.decoded(read.bytes());
            case Content.Unreadable not -> reason = not.reason();
        }
        if (text == null) {
            problem("the file " + reading.sources().shown(name) + " " + reason);
        }
        return text;
    }

    @Override
    public void document(String name, Consumer<Node> reader) {
        String file = reading.sources().shown(name);
        switch (file(name)) {
            case Content.Unreadable not -> problem("the file " + file + " " + not.reason());
            case Content.Read read -> {
                ReadContext inner = new ReadContext(reading.sources(), SecretKeys.NONE);
                org.snakeyaml.engine.v2.nodes.Node document =
                        Yaml.parse(read.bytes(), inner, "the file", "must be a map");
                if (document != null) {
                    reader.accept(root(inner, document));
                }
                inner.problems()
                        .forEach(one -> reading.problem(
                                path(), line, "%s:%d: %s: %s".formatted(file, one.line(), one.key(), one.message())));
            }
        }
    }

    @Override
    public void documents(String name, Consumer<List<Node>> reader) {
        String file = reading.sources().shown(name);
        switch (file(name)) {
            case Content.Unreadable not -> problem("the file " + file + " " + not.reason());
            case Content.Read read -> {
                ReadContext inner = new ReadContext(reading.sources(), SecretKeys.NONE);
                List<YamlNode> roots = Yaml.parseAll(read.bytes(), inner, "the file", "must be a map").stream()
                        .map(document -> root(inner, document))
                        .toList();
                reader.accept(List.copyOf(roots));
                roots.forEach(YamlNode::reportUnknown);
                inner.problems()
                        .forEach(one -> reading.problem(
                                path(), line, "%s:%d: %s: %s".formatted(file, one.line(), one.key(), one.message())));
            }
        }
    }

    /** Reports every key at this place and below that no section has read. */
    void reportUnknown() {
        if (faulty || reading.full()) {
            return;
        }
        if (!open && yaml instanceof MappingNode) {
            entries().forEach((name, entry) -> {
                if (!known.containsKey(name)) {
                    String message = Suggestion.unknown(name, known.keySet());
                    reading.problem(
                            below(path(), bracesHoldSecrets() ? HIDDEN : Redacted.key(name)),
                            entry.line(),
                            bracesHoldSecrets() ? message + UNQUOTED : message);
                }
            });
        }
        known.values().forEach(YamlNode::reportUnknown);
    }

    private YamlNode place(String name, String placePattern) {
        Entry entry = entries().get(name);
        return entry == null
                ? new YamlNode(reading, this, name, placePattern, line, null)
                : new YamlNode(reading, this, name, placePattern, entry.line(), entry.value());
    }

    private Map<String, Entry> entries() {
        if (entries == null) {
            entries = new LinkedHashMap<>();
            if (yaml instanceof MappingNode map) {
                map.getValue().stream().takeWhile(_ -> reading.mayRead(this)).forEach(tuple -> enter(entries, tuple));
            } else if (yaml != null && !YamlShape.empty(yaml)) {
                fault("must be a map (key: value), not " + YamlShape.word(yaml));
            }
        }
        return entries;
    }

    private void enter(Map<String, Entry> into, NodeTuple tuple) {
        int at = YamlShape.line(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
            reading.problem(path(), at, "a key must be a single value, not " + YamlShape.word(tuple.getKeyNode()));
            return;
        }
        String name = scalar.getValue();
        Entry first = into.putIfAbsent(name, new Entry(at, tuple.getValueNode()));
        if (first != null) {
            boolean hidden = bracesHoldSecrets() && !reading.secrets().contains(below(pattern, name));
            reading.problem(
                    below(path(), hidden ? HIDDEN : Redacted.key(name)),
                    at,
                    "is written twice, first in line " + first.line());
        }
    }

    @Override
    public String shown(String text) {
        for (YamlNode node = this; node.parent != null; node = node.parent) {
            if (node.parent.bracesHoldSecrets() && node.afterSecret(node.parent)) {
                return Redacted.MASKED;
            }
        }
        return Redacted.value(text);
    }

    /** True for a map in braces that may contain a password: an unknown key in it may be a part of that password. */
    private boolean bracesHoldSecrets() {
        return yaml instanceof MappingNode map
                && map.getFlowStyle() == FlowStyle.FLOW
                && reading.secrets().below(pattern);
    }

    /** True if this name, chosen by the user, may be the rest of a password after a comma or brace. */
    private boolean splitOff() {
        return parent != null
                && parent.open
                && parent.bracesHoldSecrets()
                && !(yaml instanceof MappingNode)
                && !(yaml instanceof SequenceNode);
    }

    private boolean afterSecret(YamlNode map) {
        return map.entries().keySet().stream()
                .takeWhile(name -> !name.equals(key))
                .anyMatch(name -> reading.secrets().contains(below(map.pattern, name)));
    }

    private @Nullable String fault(String message) {
        if (!faulty) {
            problem(message);
            faulty = true;
        }
        return null;
    }

    private static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
