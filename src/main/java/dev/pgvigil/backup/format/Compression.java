package dev.pgvigil.backup.format;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.jspecify.annotations.Nullable;

/** How a file is compressed, by the end of its name. */
public enum Compression {
    NONE(""),
    GZIP(".gz"),
    LZ4(".lz4"),
    ZSTD(".zst"),
    BZIP2(".bz2"),
    /** Known, but there is nothing here to read it. */
    BROTLI(".br"),
    LZMA(".lzma"),
    XZ(".xz");

    private static final int BUFFER = 1 << 17;

    private final String suffix;

    Compression(String suffix) {
        this.suffix = suffix;
    }

    public static Compression of(String name) {
        for (Compression compression : values()) {
            if (compression != NONE && name.endsWith(compression.suffix)) {
                return compression;
            }
        }
        return name.endsWith(".tgz") ? GZIP : NONE;
    }

    /** The name without the suffix of this compression. */
    public String strip(String name) {
        return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
    }

    /** Whether files compressed so can be read. */
    public boolean supported() {
        return switch (this) {
            case NONE, GZIP, LZ4, ZSTD, BZIP2 -> true;
            case BROTLI, LZMA, XZ -> false;
        };
    }

    /**
     * The uncompressed content; the caller bounds what it reads.
     *
     * @throws FormatException if it is damaged or truncated, here and while it is read; an {@link IOException} of the stored content is passed on
     */
    public InputStream open(InputStream stored) throws IOException {
        if (this == NONE) {
            return new BufferedInputStream(stored, BUFFER);
        }
        Stored in = new Stored(stored);
        try {
            return new Decoded(in, decoder(new BufferedInputStream(in, BUFFER)));
        } catch (UnsupportedCompressionException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw in.reason(e);
        }
    }

    private InputStream decoder(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GZIPInputStream(in, BUFFER);
            case LZ4 -> new FramedLZ4CompressorInputStream(in, true);
            case ZSTD -> new ZstdInputStream(in);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case BROTLI, LZMA, XZ ->
                throw new UnsupportedCompressionException(
                        "files compressed with " + name().toLowerCase(Locale.ROOT) + " cannot be read");
        };
    }

    /** The stored content, which remembers that it failed itself. */
    private static final class Stored extends FilterInputStream {

        private @Nullable IOException failure;

        Stored(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            try {
                return super.read(bytes, from, count);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        /** Why the decoder failed: a decoder of damaged content may fail in any way. */
        IOException reason(Exception thrown) {
            return failure != null
                    ? failure
                    : new FormatException(
                            Damage.Kind.BAD_ARCHIVE,
                            "its compressed content is truncated or damaged: "
                                    + (thrown instanceof IOException
                                            ? thrown.getMessage()
                                            : thrown.getClass().getSimpleName()));
        }
    }

    private static final class Decoded extends FilterInputStream {

        private final Stored stored;

        Decoded(Stored stored, InputStream decoder) {
            super(decoder);
            this.stored = stored;
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException | RuntimeException e) {
                throw stored.reason(e);
            }
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            try {
                return super.read(bytes, from, count);
            } catch (IOException | RuntimeException e) {
                throw stored.reason(e);
            }
        }
    }
}
