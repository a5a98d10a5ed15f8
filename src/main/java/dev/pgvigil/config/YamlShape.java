package dev.pgvigil.config;

import java.util.Set;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** What can be told of a value without reading it. */
final class YamlShape {

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private YamlShape() {}

    /** Whether nothing is written there; quotes around nothing are something. */
    static boolean empty(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.getScalarStyle() == ScalarStyle.PLAIN
                && NULLS.contains(scalar.getValue());
    }

    /** For messages: never the value, which may be a secret. */
    static String word(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a map";
            case SEQUENCE -> "a list";
            case SCALAR, ANCHOR -> "a single value";
        };
    }

    /** The line that it begins in, from 1; 0 if it is not from a file. */
    static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
    }
}
