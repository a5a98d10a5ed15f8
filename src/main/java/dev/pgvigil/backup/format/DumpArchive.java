package dev.pgvigil.backup.format;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header and table of contents of an archive of {@code pg_dump}, versions 1.12 to 1.16.
 *
 * @param created in the zone of the machine that made it, which the archive does not say; taken as UTC
 */
public record DumpArchive(
        Layout layout,
        int version,
        DumpCompression compression,
        String database,
        String serverVersion,
        String dumpVersion,
        @Nullable Instant created,
        List<Entry> entries) {

    static final int V_1_14 = 14;
    static final int V_1_15 = 15;
    static final int V_1_16 = 16;

    private static final int OLDEST = 12;
    private static final int LONGEST_TEXT = 64 << 20;
    private static final int MOST_ENTRIES = 5_000_000;

    /** How the archive is laid out. */
    public enum Layout {
        CUSTOM,
        TAR,
        DIRECTORY
    }

    /**
     * An object of the dump.
     *
     * @param data whether data of it is in the archive
     * @param offset of its data in a custom archive; -1: not known
     * @param file of its data in a tar or directory; null: none
     */
    public record Entry(
            int id,
            String description,
            @Nullable String namespace,
            String tag,
            boolean data,
            long offset,
            @Nullable String file) {

        /** {@code schema.table}, or the name of what it is. */
        public String name() {
            return namespace == null || namespace.isEmpty() ? tag : namespace + "." + tag;
        }
    }

    /** Whether a file begins as an archive. */
    public static boolean begins(byte[] content) {
        return content.length >= 5 && new String(content, 0, 5, StandardCharsets.ISO_8859_1).equals("PGDMP");
    }

    /**
     * Reads the header and the contents; the stream is then at the data.
     *
     * @throws FormatException if it is damaged, truncated, or of another version
     */
    public static DumpArchive read(DumpInput in) throws IOException {
        try {
            return new Reader(in).archive();
        } catch (EOFException e) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the archive ends within its table of contents");
        }
    }

    /** PostgreSQL's major version of the dumped server; 0: not known. */
    public int major() {
        String digits = serverVersion.replaceFirst("[^0-9].*", "");
        return digits.isEmpty() || digits.length() > 4 ? 0 : Integer.parseInt(digits);
    }

    /** Reads the integers and texts of an archive, and knows the position. */
    public static final class DumpInput extends InputStream {

        private final DataInputStream in;
        private int intBytes = 4;
        private int offsetBytes = 8;
        private long position;

        public DumpInput(InputStream in) {
            this.in = new DataInputStream(in);
        }

        /** The number of bytes that were read. */
        public long position() {
            return position;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            position += next < 0 ? 0 : 1;
            return next;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = in.read(bytes, from, count);
            position += Math.max(0, read);
            return read;
        }

        int oneByte() throws IOException {
            int next = read();
            if (next < 0) {
                throw new EOFException();
            }
            return next;
        }

        /** An integer: a byte for the sign, then the bytes from the lowest. */
        public int integer() throws IOException {
            boolean negative = oneByte() != 0;
            long value = 0;
            for (int i = 0; i < intBytes; i++) {
                value |= (long) oneByte() << (8 * i);
            }
            if (value > Integer.MAX_VALUE) {
                throw bad("a number is larger than any of pg_dump");
            }
            return (int) (negative ? -value : value);
        }

        long offset() throws IOException {
            int state = oneByte();
            long value = 0;
            for (int i = 0; i < offsetBytes; i++) {
                value |= (long) oneByte() << (8 * i);
            }
            return state == 2 ? value : state == 3 ? Long.MIN_VALUE : -1;
        }

        @Nullable
        String text() throws IOException {
            int length = integer();
            if (length < 0) {
                return null;
            }
            if (length > LONGEST_TEXT) {
                throw bad("a text of " + length + " bytes");
            }
            // Not allocated before it is there: the length may be a lie.
            byte[] bytes = readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        String given() throws IOException {
            String text = text();
            return text == null ? "" : text;
        }
    }

    private static FormatException bad(String text) {
        return new FormatException(Damage.Kind.BAD_ARCHIVE, text);
    }

    private static final class Reader {

        private final DumpInput in;
        private int version;

        Reader(DumpInput in) {
            this.in = in;
        }

        DumpArchive archive() throws IOException {
            if (!begins(in.readNBytes(5))) {
                throw bad("it is not an archive of pg_dump");
            }
            int major = in.oneByte();
            version = in.oneByte();
            in.oneByte();
            if (major != 1 || version < OLDEST || version > V_1_16) {
                throw bad("it is an archive of version " + major + "." + version + "; 1." + OLDEST + " to 1." + V_1_16
                        + " are known");
            }
            in.intBytes = in.oneByte();
            in.offsetBytes = in.oneByte();
            if (in.intBytes != 4 || in.offsetBytes != 8) {
                throw bad("it was written on another kind of machine");
            }
            Layout layout = switch (in.oneByte()) {
                case 1 -> Layout.CUSTOM;
                case 3 -> Layout.TAR;
                case 5 -> Layout.DIRECTORY;
                default -> throw bad("it has an unknown format");
            };
            DumpCompression compression = version >= V_1_15
                    ? DumpCompression.of(in.oneByte())
                    : in.integer() == 0 ? DumpCompression.NONE : DumpCompression.GZIP;
            Instant created = time();
            String database = in.given();
            String server = in.given();
            String dump = in.given();
            int count = in.integer();
            if (count < 0 || count > MOST_ENTRIES) {
                throw bad("its table of contents has " + count + " entries");
            }
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                entries.add(entry(layout));
            }
            return new DumpArchive(layout, version, compression, database, server, dump, created, entries);
        }

        private @Nullable Instant time() throws IOException {
            int second = in.integer();
            int minute = in.integer();
            int hour = in.integer();
            int day = in.integer();
            int month = in.integer();
            int year = in.integer();
            in.integer();
            try {
                return LocalDateTime.of(year + 1900, month + 1, day, hour, minute, Math.min(second, 59))
                        .toInstant(ZoneOffset.UTC);
            } catch (DateTimeException e) {
                return null;
            }
        }

        private Entry entry(Layout layout) throws IOException {
            int id = in.integer();
            boolean data = in.integer() != 0;
            in.text(); // OID of the catalogue
            in.text(); // OID
            String tag = in.given();
            String description = in.given();
            in.integer(); // section
            in.text(); // definition
            in.text(); // drop statement
            in.text(); // copy statement
            String namespace = in.text();
            in.text(); // tablespace
            if (version >= V_1_14) {
                in.text(); // access method
            }
            if (version >= V_1_16) {
                in.integer(); // kind of relation
            }
            in.text(); // owner
            in.text(); // with OIDs
            while (in.text() != null) {
                // a dependency
            }
            if (layout == Layout.CUSTOM) {
                long offset = in.offset();
                return new Entry(
                        id, description, namespace, tag, data && offset != Long.MIN_VALUE, Math.max(-1, offset), null);
            }
            String file = in.text();
            boolean named = file != null && !file.isEmpty();
            return new Entry(id, description, namespace, tag, data && named, -1, named ? file : null);
        }
    }
}
