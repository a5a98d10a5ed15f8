package dev.pgvigil.config;

import java.util.Set;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Properties of a YAML value that are known without reading it. */
final class YamlShape {

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private YamlShape() {}

    /** True if the value is missing. An empty text in quotes is a value. */
    static boolean empty(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.getScalarStyle() == ScalarStyle.PLAIN
                && NULLS.contains(scalar.getValue());
    }

    /** Describes the kind of value for messages, never the value, which may be a secret. */
    static String word(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a map";
            case SEQUENCE -> "a list";
            case SCALAR, ANCHOR -> "a single value";
        };
    }

    /** The line in which it begins, from 1; 0 if it is not from a file. */
    static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    }
}
