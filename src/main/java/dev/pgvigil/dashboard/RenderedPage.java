package dev.pgvigil.dashboard;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/** A rendered page, plain and compressed: a page of hundreds of targets compresses to a tenth. */
record RenderedPage(Buffer plain, Buffer compressed) {

    static RenderedPage of(String html) {
        byte[] plain = html.getBytes(StandardCharsets.UTF_8);
        return new RenderedPage(Buffer.buffer(plain), compressed(plain));
    }

    static Buffer compressed(byte[] plain) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(plain.length / 8 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(plain);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Buffer.buffer(compressed.toByteArray());
    }
}
