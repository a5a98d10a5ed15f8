package dev.pgvigil.backup.format;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

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

    /** The uncompressed content; the caller bounds what it reads. Damage appears as an {@link IOException}. */
    public InputStream open(InputStream in) throws IOException {
        InputStream buffered = new BufferedInputStream(in, BUFFER);
        return switch (this) {
            case NONE -> buffered;
            case GZIP -> new GZIPInputStream(buffered, BUFFER);
            case LZ4 -> new FramedLZ4CompressorInputStream(buffered, true);
            case ZSTD -> new ZstdInputStream(buffered);
            case BZIP2 -> new BZip2CompressorInputStream(buffered, true);
            case BROTLI, LZMA, XZ ->
                throw new UnsupportedCompressionException(
                        "files compressed with " + name().toLowerCase(Locale.ROOT) + " cannot be read");
        };
    }
}
