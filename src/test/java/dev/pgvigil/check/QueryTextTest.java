package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "select 1 ~ select ?",
                "select -1.5e-10, .5, 1_000, 0xFF, 1e ~ select -?, ?, ?, ?, ?",
                "select a1, t2.c3 from t_4 where x$5 = 6 ~ select a1, t2.c3 from t_4 where x$5 = ?",
                "select $1, $23 ~ select $1, $23",
                "select 'it''s' || 'x' ~ select ? || ?",
                "select '' ~ select ?",
                "select E'it\\'s secret', 1 ~ select ?, ?",
                "select e'\\\\', b'01', X'ff', n'x', U&'d\\0061t' uescape '!' ~ select ?, ?, ?, ?, ? uescape ?",
                "select 'C:\\dir', secret_column ~ select ?, secret_column",
                "select \"a 1\"\"b\", \"c\" ~ select \"a 1\"\"b\", \"c\"",
                "select $$it's$$, $a$ $$ $b$ $a$, x ~ select ?, ?, x",
                "select 1$a$my secret$a$ ~ select ??",
                "do $$ begin perform 'x'; end $$ ~ do ?",
                "/* by 'app' */ select /* /* 1 */ 2 */ 3 -- 4 'x ~ select ?",
                "update t set pw = 'x' where id = 5; ~ update t set pw = ? where id = ?;",
                "alter role app password 'hunter2' ~ alter role app password ?",
                "select a->>'k', b[1:2], c::numeric(10,2) ~ select a->>?, b[?:?], c::numeric(?,?)",
                "select 'unterminated ~ select ?",
                "select $x$ unterminated ~ select ?",
                "select /* unterminated ~ select",
                "select \"unterminated ~ select \"unterminated",
                "select über, 'ß' from straße2 ~ select über, ? from straße2",
                "<insufficient privilege> ~ <insufficient privilege>",
            })
    void valuesGo(String text, String normalised) {
        assertThat(QueryText.normalised(text)).isEqualTo(normalised);
    }

    /** With standard_conforming_strings off, the quote after the backslash does not end the string; with it on, it does. */
    @Test
    void removesRestWhenEndOfStringIsAmbiguous() {
        assertThat(QueryText.normalised("select 'a\\' || 'secret' from t")).isEqualTo("select ?");
        assertThat(QueryText.normalised("select 'a\\\\' || col from t")).isEqualTo("select ? || col from t");
    }

    @Test
    void replacesWhiteSpaceControlAndDirectionCharacters() {
        assertThat(QueryText.normalised("select\n\t\u0000\u001b[31m a,\u2028b\u202e,\r\n c"))
                .isEqualTo("select [? a, b, c");
    }

    @Test
    void keepsEmptyText() {
        assertThat(QueryText.normalised("")).isEmpty();
    }

    @Test
    void cutsOnACodePoint() {
        String name = "\"" + "😀".repeat(15) + "abc\"";
        for (int shift = 0; shift < 4; shift++) {
            String cut = QueryText.normalised("x".repeat(shift) + " " + name.repeat(20));
            assertThat(cut).hasSizeLessThanOrEqualTo(QueryText.LENGTH).endsWith("…");
            assertThat(cut.codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
        }
    }

    @Property(tries = 2000)
    void limitsAnyTextToOneShortLine(@ForAll @StringLength(max = 2000) String text) {
        String normalised = QueryText.normalised(text);

        assertThat(normalised).hasSizeLessThanOrEqualTo(QueryText.LENGTH);
        assertThat(normalised.codePoints()).noneMatch(Character::isISOControl);
    }

    @Property(tries = 5000)
    void removesEveryValue(@ForAll("statements") List<String> parts, @ForAll boolean cut) {
        String text = String.join(" ", parts);
        String normalised = QueryText.normalised(cut ? text.substring(0, text.length() / 2) : text);

        assertThat(normalised).doesNotContain("secret").doesNotContain("7");
    }

    /** Every way to write a value, with the word secret or the digit 7, and text that may confuse an SQL scanner. */
    @Provide
    Arbitrary<List<String>> statements() {
        return Arbitraries.of(
                        "'secret'",
                        "'se''secret'",
                        "''",
                        "'\"secret'",
                        "E'\\'secret'",
                        "e'\\\\secret\\''",
                        "'\\secret'",
                        "'secret\\\\'",
                        "'secret\\'",
                        "U&'secret\\0041'",
                        "$$secret$$",
                        "$$ ' secret $$",
                        "$t$ $$ secret ' $t$",
                        "$_1$secret$_1$",
                        "-- secret ' \n",
                        "/* secret ' /* $$ */ \" */",
                        "7",
                        "7.77e-7",
                        "-0x7f",
                        "7$a$secret 'x$a$",
                        "\"name\"",
                        "\"na'me\"",
                        "\"na--me\"",
                        "name$x",
                        "$1",
                        "(",
                        "::text",
                        "select")
                .list()
                .ofMaxSize(12);
    }
}
