package dev.pgvigil.config;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Parses one YAML 1.2 document; every scalar is read as text. The parser's messages quote the file, which may contain a
 * password, so they are replaced by own messages.
 */
final class Yaml {

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setSchema(new FailsafeSchema())
            .setCodePointLimit(Integer.MAX_VALUE) // the size of the file is checked before
            .setMaxAliasesForCollections(
                    Integer.MAX_VALUE) // aliases are not expanded; ReadContext limits the number of values
            .build();

    private static final List<Flaw> FLAWS = List.of(
            new Flaw("(TAB)", false, "a tab, which YAML does not allow there: use spaces"),
            new Flaw(
                    "mapping values are not allowed",
                    false,
                    "a \": \" too many: wrong indentation, a missing \": \" in the line before, or a text that needs"
                            + " quotes"),
            new Flaw("could not find expected ':'", true, "a key without \": \""),
            new Flaw("found unexpected end of stream", true, "a quote that is not closed"),
            new Flaw("expected ',' or", true, "a list or map in brackets that is not closed"),
            new Flaw(
                    "found undefined alias",
                    false,
                    "an alias (*name) without its anchor; a text that begins with *" + " needs quotes"),
            new Flaw("undefined tag handle", false, "a tag; a text that begins with ! needs quotes"),
            new Flaw(
                    "unknown escape character",
                    false,
                    "an unknown escape in double quotes; in single quotes a" + " backslash is itself"),
            new Flaw("but found another document", false, "a second document: write one only"),
            new Flaw("expected <block end>", false, "indentation or quoting that does not fit the lines before"),
            new Flaw(
                    "that cannot start any token",
                    false,
                    "a character that no unquoted text may begin with: quote" + " it"));

    private static final Flaw OTHER = new Flaw("", false, "this line, or one before it, is malformed");

    /** A message of the parser, whether to report the place where the construct began, and the message to show. */
    private record Flaw(String sign, boolean begin, String words) {}

    private Yaml() {}

    /** The root of a configuration file; null if there is none or if an error was reported. */
    static @Nullable Node parse(ByteBuffer bytes, ReadContext reading) {
        return parse(bytes, reading, "pgvigil", "the file must be a map with the one key pgvigil");
    }

    /**
     * The root of a document, which must be a map; null if there is none or if an error was reported.
     *
     * @param key at which errors of the document are reported
     * @param shape the error if it is not a map
     */
    static @Nullable Node parse(ByteBuffer bytes, ReadContext reading, String key, String shape) {
        List<Node> roots = read(
                bytes,
                reading,
                key,
                shape,
                text -> composer(text).getSingleNode().stream().toList());
        return roots.isEmpty() ? null : roots.getFirst();
    }

    /** The roots of all documents of a file, each of which must be a map; none if an error was reported. */
    static List<Node> parseAll(ByteBuffer bytes, ReadContext reading, String key, String shape) {
        return read(bytes, reading, key, shape, text -> {
            List<Node> roots = new ArrayList<>();
            composer(text).forEachRemaining(roots::add);
            // An empty document, as after a last ---, has no content.
            roots.removeIf(root ->
                    root instanceof ScalarNode scalar && scalar.getValue().isEmpty());
            return roots;
        });
    }

    private static List<Node> read(
            ByteBuffer bytes, ReadContext reading, String key, String shape, Function<String, List<Node>> composing) {
        String text = Utf8.decoded(bytes);
        if (text == null) {
            reading.problem(key, Utf8.lineOfFault(bytes), "is not UTF-8 text");
            return List.of();
        }
        try {
            List<Node> roots = composing.apply(text);
            for (Node root : roots) {
                if (root.getNodeType() != NodeType.MAPPING) {
                    reading.problem(key, YamlShape.line(root), shape);
                    return List.of();
                }
            }
            return roots;
        } catch (YamlRejected flaw) {
            reading.problem(key, flaw.line(), "not valid YAML: " + flaw.words());
        } catch (MarkedYamlEngineException e) {
            Flaw flaw = flaw(String.valueOf(e.getProblem()));
            Optional<Mark> mark = flaw.begin()
                    ? e.getContextMark().or(e::getProblemMark)
                    : e.getProblemMark().or(e::getContextMark);
            reading.problem(key, mark.map(Mark::getLine).orElse(-1) + 1, "not valid YAML: " + flaw.words());
        } catch (ReaderException e) {
            int line = 1
                    + (int) text.codePoints()
                            .limit(e.getPosition())
                            .filter(c -> c == '\n')
                            .count();
            reading.problem(key, line, "not valid YAML: a control character");
        } catch (YamlEngineException e) {
            reading.problem(key, 0, "not valid YAML 1.2");
        }
        return List.of();
    }

    /** A scalar outside any file. */
    static Node text(String value) {
        return new ScalarNode(Tag.STR, value, ScalarStyle.DOUBLE_QUOTED);
    }

    private static Composer composer(String text) {
        StreamReader reader = new StreamReader(SETTINGS, text);
        return new Composer(SETTINGS, new YamlGuard(new ParserImpl(SETTINGS, reader)));
    }

    private static Flaw flaw(String problem) {
        return FLAWS.stream()
                .filter(flaw -> problem.contains(flaw.sign()))
                .findFirst()
                .orElse(OTHER);
    }
}
