package dev.pgvigil.check;

import static java.util.Map.entry;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Text that a session in another database may have written: names in shared catalogues, statements in {@code pg_stat_activity}.
 * PostgreSQL stores the bytes unchanged and would read them in the encoding of pgvigil's database, which garbles them or fails.
 * So they are sent as bytes and decoded here. Pure.
 */
public final class RawText {

    /** The encodings of servers whose names differ from Java's. */
    private static final Map<String, String> CHARSETS = Map.ofEntries(
            entry("LATIN1", "ISO-8859-1"),
            entry("LATIN2", "ISO-8859-2"),
            entry("LATIN3", "ISO-8859-3"),
            entry("LATIN4", "ISO-8859-4"),
            entry("LATIN5", "ISO-8859-9"),
            entry("LATIN6", "ISO-8859-10"),
            entry("LATIN7", "ISO-8859-13"),
            entry("LATIN8", "ISO-8859-14"),
            entry("LATIN9", "ISO-8859-15"),
            entry("LATIN10", "ISO-8859-16"),
            entry("ISO_8859_5", "ISO-8859-5"),
            entry("ISO_8859_6", "ISO-8859-6"),
            entry("ISO_8859_7", "ISO-8859-7"),
            entry("ISO_8859_8", "ISO-8859-8"),
            entry("WIN866", "IBM866"),
            entry("WIN874", "x-windows-874"),
            entry("WIN1250", "windows-1250"),
            entry("WIN1251", "windows-1251"),
            entry("WIN1252", "windows-1252"),
            entry("WIN1253", "windows-1253"),
            entry("WIN1254", "windows-1254"),
            entry("WIN1255", "windows-1255"),
            entry("WIN1256", "windows-1256"),
            entry("WIN1257", "windows-1257"),
            entry("WIN1258", "windows-1258"),
            entry("KOI8R", "KOI8-R"),
            entry("KOI8U", "KOI8-U"),
            entry("EUC_JP", "EUC-JP"),
            entry("EUC_JIS_2004", "EUC-JP"),
            entry("EUC_CN", "GB2312"),
            entry("EUC_KR", "EUC-KR"),
            entry("EUC_TW", "x-EUC-TW"));

    private RawText() {}

    /** SQL that returns the bytes of a text or name; read the column with {@link #of}. */
    public static String sql(String expression) {
        // quote_literal works byte by byte in every encoding, and doubles the backslashes that a cast to bytea removes.
        return "pg_catalog.quote_literal((" + expression + ")::text)::bytea";
    }

    /** The first bytes, for a text of any length. */
    public static String sql(String expression, int most) {
        return "pg_catalog.substring(" + sql(expression) + ", 1, " + most + ")";
    }

    /** The text of a column that {@link #sql} selects; the encoding is unknown if it is not UTF-8. */
    public static @Nullable String of(Row row, String column) {
        return of(row, column, null);
    }

    /**
     * The text of a column that {@link #sql} selects.
     *
     * @param encoding PostgreSQL's name of the encoding to decode it in, if it is not UTF-8
     */
    public static @Nullable String of(Row row, String column, @Nullable String encoding) {
        Buffer quoted = row.getBuffer(column);
        return quoted == null ? null : decoded(quoted.getBytes(), encoding);
    }

    /** Whether the column contains UTF-8: pgvigil cannot send other names to a server. */
    public static boolean isUtf8(Row row, String column) {
        Buffer quoted = row.getBuffer(column);
        return quoted != null && utf8(unquoted(quoted.getBytes()), true) != null;
    }

    /** Also for a truncated text. */
    static byte[] unquoted(byte[] literal) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(literal.length);
        int start = literal.length > 0 && literal[0] == 'E' ? 2 : 1;
        for (int i = start; i < literal.length; i++) {
            if (literal[i] == '\'' && ++i == literal.length) {
                break; // the closing quote, or half a pair
            }
            text.write(literal[i]);
        }
        return text.toByteArray();
    }

    static String decoded(byte[] literal, @Nullable String encoding) {
        byte[] bytes = unquoted(literal);
        boolean whole = literal[literal.length - 1] == '\'';
        String utf8 = utf8(bytes, whole);
        return utf8 != null ? utf8 : new String(bytes, charset(encoding));
    }

    /** @param whole false: the last character may be incomplete, and is then omitted */
    private static @Nullable String utf8(byte[] bytes, boolean whole) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, whole);
        return result.isError() ? null : chars.flip().toString();
    }

    /** If the encoding is unknown, or is UTF8 and decoding failed, one in which each byte is a character. */
    private static Charset charset(@Nullable String encoding) {
        String name = encoding == null ? "ISO-8859-1" : CHARSETS.getOrDefault(encoding, "ISO-8859-1");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.ISO_8859_1;
    }
}
