package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawTextTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "'shop', shop",
                "E'a\\b', a\\b",
                "'it''s', it's",
                "E'''\\x41', '\\x41",
                "'', \"\"",
                "'Eins', Eins",
                "'cut at a pair'', cut at a pair'",
                "'closed', closed",
                "'cut, cut",
            })
    void takesQuotesFromLiteral(String literal, String text) {
        assertThat(RawText.decoded(literal.getBytes(StandardCharsets.UTF_8), null))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"LATIN1, café", "LATIN2, café", "KOI8R, cafИ", "SQL_ASCII, café", ", café", "NEW_ONE, café"})
    void decodesOtherTextInGivenEncoding(@Nullable String encoding, String text) {
        byte[] literal = "'caf\u00e9'".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(RawText.decoded(literal, encoding)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"LATIN1", "SQL_ASCII", "UTF8"})
    void decodesUtf8InDatabaseOfAnyEncoding(String encoding) {
        assertThat(RawText.decoded("'küche'".getBytes(StandardCharsets.UTF_8), encoding))
                .isEqualTo("küche");
    }

    @Test
    void dropsTruncatedCharacter() {
        byte[] whole = "'küche ü".getBytes(StandardCharsets.UTF_8);

        assertThat(RawText.decoded(java.util.Arrays.copyOf(whole, whole.length - 1), "LATIN1"))
                .isEqualTo("küche ");
    }
}
