package dev.pgvigil.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Decodes UTF-8 strictly: malformed bytes are an error and are not replaced. */
final class Utf8 {

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private Utf8() {}

    /** The text without a byte order mark; null if the bytes are not UTF-8. */
    static @Nullable String decoded(ByteBuffer bytes) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate());
            if (text.hasRemaining() && text.charAt(0) == BYTE_ORDER_MARK) {
                text.get();
            }
            return text.toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** The line, from 1, of the first byte that is not UTF-8. */
    static int lineOfFault(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate();
        var _ = StandardCharsets.UTF_8.newDecoder().decode(in, CharBuffer.allocate(in.remaining()), true);
        return 1
                + (int) IntStream.range(0, in.position())
                        .filter(i -> bytes.get(i) == '\n')
                        .count();
    }
}
