package dev.pgvigil.config;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Parses one YAML 1.2 document, every scalar as the text that it is. The parser's own messages quote the file, and so
 * maybe a password: they are told in words of our own.
 */
final class Yaml {

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setSchema(new FailsafeSchema())
            .setCodePointLimit(Integer.MAX_VALUE) // the file's size is bounded before
            .setMaxAliasesForCollections(Integer.MAX_VALUE) // nothing expands them; Reading bounds what is read
            .build();

    private static final Map<String, String> FLAWS = Map.of(
            "found character '\\t", "a tab, which YAML does not allow there: use spaces",
            "mapping values are not allowed",
                    "a \": \" too many: is the indentation right, or does the text need quotes?",
            "could not find expected ':'", "a key without \": \"",
            "found undefined alias", "an alias (*name) without its anchor; a text that begins with * needs quotes",
            "but found another document", "a second document: write one only",
            "expected <block end>", "indentation or quoting that does not fit the lines before",
            "found unexpected end of stream", "a quote that is not closed",
            "that cannot start any token", "a character that no unquoted text may begin with: quote it");

    private Yaml() {}

    /** The root of the document; null where there is none, or where a mistake was noted. */
    static @Nullable Node parse(ByteBuffer bytes, Reading reading) {
        String text = Utf8.decoded(bytes);
        if (text == null) {
            reading.problem("pgvigil", Utf8.lineOfFault(bytes), "is not UTF-8 text");
            return null;
        }
        try {
            return compose(text).orElse(null);
        } catch (YamlFlaw flaw) {
            reading.problem("pgvigil", flaw.line(), "not valid YAML: " + flaw.words());
        } catch (MarkedYamlEngineException e) {
            int line =
                    e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
            reading.problem("pgvigil", line, "not valid YAML: " + words(e));
        } catch (ReaderException e) {
            int line = 1
                    + (int) text.codePoints()
                            .limit(e.getPosition())
                            .filter(c -> c == '\n')
                            .count();
            reading.problem("pgvigil", line, "not valid YAML: a control character");
        } catch (YamlEngineException e) {
            reading.problem("pgvigil", 0, "not valid YAML 1.2");
        }
        return null;
    }

    /** A text that stands for itself, outside any file. */
    static Node text(String value) {
        return new ScalarNode(Tag.STR, value, ScalarStyle.DOUBLE_QUOTED);
    }

    private static Optional<Node> compose(String text) {
        StreamReader reader = new StreamReader(SETTINGS, text);
        return new Composer(SETTINGS, new YamlGuard(new ParserImpl(SETTINGS, reader))).getSingleNode();
    }

    private static String words(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        return FLAWS.entrySet().stream()
                .filter(flaw -> problem.contains(flaw.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("this line, or one before it, is malformed");
    }
}
