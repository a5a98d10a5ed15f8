package dev.pgvigil.config;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decodes percent-encoding like libpq and OpenTelemetry: UTF-8, no NUL, and {@code +} stays a plus. */
public final class PercentCode {

    private static final int RADIX = 16;

    private PercentCode() {}

    /** The decoded text; null if an escape is malformed or NUL, or the bytes are not UTF-8. */
    public static @Nullable String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length);
        for (int i = 0; i < encoded.length; i++) {
            int value = encoded[i];
            if (value == '%') {
                value = escape(encoded, i);
                i += 2;
            }
            if (value == 0) {
                return null;
            }
            bytes.write(value);
        }
        return utf8(bytes.toByteArray());
    }

    /** The byte of an escape; 0, which is not allowed, if it is malformed. */
    private static int escape(byte[] encoded, int percent) {
        if (percent + 2 >= encoded.length) {
            return 0;
        }
        int high = Character.digit(encoded[percent + 1], RADIX);
        int low = Character.digit(encoded[percent + 2], RADIX);
        return high < 0 || low < 0 ? 0 : high * RADIX + low;
    }

    private static @Nullable String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
