package dev.pgvigil.backup.format;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/** The data of a custom archive of {@code pg_dump}: walks every block and uncompresses it, which verifies the checksums of zlib, LZ4 and Zstandard. */
public final class DumpBlocks {

    private static final int DATA = 1;
    private static final int LARGE_OBJECTS = 3;
    private static final int BUFFER = 1 << 16;

    private final DumpArchive archive;
    private final DumpArchive.DumpInput in;
    private final Map<Integer, DumpArchive.Entry> entries = new HashMap<>();
    private final byte[] buffer = new byte[BUFFER];

    /**
     * Reads the data of an archive.
     *
     * @param in at the end of the contents
     */
    public DumpBlocks(DumpArchive archive, DumpArchive.DumpInput in) {
        this.archive = archive;
        this.in = in;
        archive.entries().forEach(entry -> entries.put(entry.id(), entry));
    }

    /**
     * Reads all blocks.
     *
     * @return the number of rows of each table, by name
     * @throws FormatException if one is damaged, missing or not where the contents say
     */
    public Map<String, Long> rows() throws IOException {
        Map<String, Long> rows = new HashMap<>();
        Map<Integer, Boolean> found = new HashMap<>();
        try {
            for (int type = in.read(); type >= 0; type = in.read()) {
                block(type, rows, found);
            }
        } catch (EOFException e) {
            throw bad("it is truncated after " + in.position() + " bytes");
        }
        for (DumpArchive.Entry entry : entries.values()) {
            if (entry.data() && !found.containsKey(entry.id())) {
                throw bad("the data of " + entry.name() + " is missing");
            }
        }
        return rows;
    }

    private void block(int type, Map<String, Long> rows, Map<Integer, Boolean> found) throws IOException {
        long begin = in.position() - 1;
        DumpArchive.Entry entry = entries.get(in.integer());
        if (entry == null || found.put(entry.id(), true) != null) {
            throw bad("a block at byte " + begin + " belongs to nothing in the contents");
        }
        if (entry.offset() > 0 && entry.offset() != begin) {
            throw bad("the data of " + entry.name() + " is not where the contents say");
        }
        switch (type) {
            case DATA -> rows.merge(entry.name(), read(entry), Long::sum);
            case LARGE_OBJECTS -> {
                while (in.integer() != 0) {
                    read(entry);
                }
            }
            default -> throw bad("a block at byte " + begin + " has an unknown type");
        }
    }

    private long read(DumpArchive.Entry entry) throws IOException {
        Chunks chunks = new Chunks(in);
        long rows = 0;
        try {
            InputStream data = archive.compression().open(chunks);
            for (int count = data.read(buffer); count >= 0; count = data.read(buffer)) {
                for (int i = 0; i < count; i++) {
                    rows += buffer[i] == '\n' ? 1 : 0;
                }
            }
        } catch (EOFException e) {
            if (chunks.truncated()) {
                throw e;
            }
            throw bad("the data of " + entry.name() + " is damaged");
        } catch (IOException e) {
            throw bad("the data of " + entry.name() + " is damaged: " + e.getMessage());
        }
        chunks.drain(buffer);
        // The end of COPY is a line of its own and an empty one.
        return entry.description().equals("TABLE DATA") ? Math.max(0, rows - 3) : 0;
    }

    private static FormatException bad(String text) {
        return new FormatException(Damage.Kind.BAD_ARCHIVE, text);
    }

    /** The chunks of one block, as one stream. */
    private static final class Chunks extends InputStream {

        private final DumpArchive.DumpInput in;
        private int left;
        private boolean done;
        private boolean truncated;

        Chunks(DumpArchive.DumpInput in) {
            this.in = in;
        }

        boolean truncated() {
            return truncated;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            if (left == 0 && !done) {
                truncated = true;
                left = in.integer();
                truncated = false;
                done = left == 0;
                if (left < 0) {
                    throw bad("a chunk of " + left + " bytes");
                }
            }
            if (done) {
                return -1;
            }
            int read = in.read(bytes, from, Math.min(count, left));
            if (read < 0) {
                truncated = true;
                throw new EOFException();
            }
            left -= read;
            return read;
        }

        void drain(byte[] buffer) throws IOException {
            while (read(buffer, 0, buffer.length) >= 0) {
                // to the next block
            }
        }
    }
}
