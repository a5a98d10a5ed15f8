package dev.pgvigil.backup.format;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/** How the data within an archive of {@code pg_dump} is compressed. */
public enum DumpCompression {
    NONE(""),
    GZIP(".gz"),
    LZ4(".lz4"),
    ZSTD(".zst");

    private final String suffix;

    DumpCompression(String suffix) {
        this.suffix = suffix;
    }

    static DumpCompression of(int code) throws FormatException {
        if (code < 0 || code >= values().length) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "its data is compressed in an unknown way");
        }
        return values()[code];
    }

    /** What the names of files of a directory end with. */
    public String suffix() {
        return suffix;
    }

    /** The uncompressed data of a block. */
    InputStream open(InputStream block) throws IOException {
        return switch (this) {
            case NONE -> block;
            case GZIP -> new InflaterInputStream(block);
            case LZ4 -> new FramedLZ4CompressorInputStream(block);
            case ZSTD -> new ZstdInputStream(block);
        };
    }
}
