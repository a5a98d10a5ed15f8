package dev.pgvigil.telemetry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The compressed text of one scrape: with the maximum number of series it is about 50 MB, and several clients may read it.
 */
final class ScrapeBody {

    private final byte[] gzip;
    private final long length;
    private final long madeAt;
    private final Duration cost;

    private ScrapeBody(byte[] gzip, long length, long madeAt, Duration cost) {
        this.gzip = gzip;
        this.length = length;
        this.madeAt = madeAt;
        this.cost = cost;
    }

    /** The text, compressed. */
    InputStream gzip() {
        return new ByteArrayInputStream(gzip);
    }

    /** Size of the compressed text in bytes. */
    int gzipLength() {
        return gzip.length;
    }

    /** Size of the text in bytes. */
    long length() {
        return length;
    }

    /** Writes the text of a scrape. */
    interface Text {
        void writeTo(OutputStream out) throws IOException;
    }

    static ScrapeBody of(Text text) throws IOException {
        long began = System.nanoTime();
        Compressed compressed = new Compressed();
        Counted counted = new Counted(compressed);
        try (counted) {
            text.writeTo(counted);
        }
        long now = System.nanoTime();
        return new ScrapeBody(compressed.bytes(), counted.length, now, Duration.ofNanos(now - began));
    }

    /** True if it is recent enough for a new request, so that generating texts takes at most half of the time. */
    boolean current(long now) {
        return now - madeAt < cost.toNanos();
    }

    private static final class Compressed extends GZIPOutputStream {

        private static final int BUFFER = 16 << 10;

        Compressed() throws IOException {
            super(new ByteArrayOutputStream(BUFFER), BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }

        byte[] bytes() {
            return ((ByteArrayOutputStream) out).toByteArray();
        }
    }

    private static final class Counted extends OutputStream {

        private final OutputStream out;
        private long length;

        Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            length++;
            out.write(one);
        }

        @Override
        public void write(byte @Nullable [] bytes, int from, int count) throws IOException {
            length += count;
            out.write(bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
