package dev.pgvigil.backup.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code backup_manifest}, of version 1 (PostgreSQL 13 to 16) and 2.
 *
 * @param system the system identifier as text; null in version 1
 * @param files by path
 * @param newest the latest modification of a file; null: none has one
 */
public record Manifest(
        int version,
        @Nullable String system,
        Map<String, Entry> files,
        List<WalRange> wal,
        @Nullable Instant newest,
        long bytes) {

    private static final int MOST_FILES = 5_000_000;
    private static final int LONGEST_LINE = 1 << 16;
    private static final long LARGEST = 1L << 31;
    private static final String CHECKSUM_LINE = "\"Manifest-Checksum\"";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'GMT'");
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST_LINE)
                    .maxNestingDepth(10)
                    .maxDocumentLength(LARGEST)
                    .build())
            .build();

    /**
     * A file of the backup.
     *
     * @param checksum null: none was made
     */
    public record Entry(
            long size,
            @Nullable ChecksumAlgorithm algorithm,
            @Nullable String checksum) {}

    /** WAL that the backup needs. */
    public record WalRange(int timeline, Lsn start, Lsn end) {}

    /** Opens the file; called twice. */
    @FunctionalInterface
    public interface Source {
        InputStream open() throws IOException;
    }

    /**
     * Reads a manifest and verifies its own checksum.
     *
     * @throws FormatException if it is damaged, truncated, or of an unknown version
     */
    public static Manifest read(Source source) throws IOException {
        verify(source);
        try (InputStream in = new BufferedInputStream(source.open(), LONGEST_LINE);
                JsonParser json = JSON.createParser(in)) {
            return new Reader(json).manifest();
        } catch (JsonProcessingException e) {
            throw bad("the manifest is not JSON of a manifest: " + e.getOriginalMessage());
        }
    }

    /** The checksum covers all lines before its own. */
    private static void verify(Source source) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new BufferedInputStream(source.open(), LONGEST_LINE)) {
            for (byte[] line = line(in); line.length > 0; line = line(in)) {
                String text = new String(line, StandardCharsets.ISO_8859_1);
                if (text.startsWith(CHECKSUM_LINE)) {
                    String given = text.replaceAll("^\"Manifest-Checksum\"\\s*:\\s*\"([0-9a-fA-F]*)\".*\\s*$", "$1");
                    if (!HexFormat.of().formatHex(digest.digest()).equalsIgnoreCase(given)) {
                        throw new FormatException(
                                Damage.Kind.BAD_MANIFEST, "the manifest's own checksum is wrong: it was changed");
                    }
                    return;
                }
                digest.update(line);
            }
        }
        throw bad("the manifest has no checksum of its own: it is truncated");
    }

    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        for (int next = in.read(); next >= 0; next = in.read()) {
            line.write(next);
            if (next == '\n') {
                break;
            }
            if (line.size() > LONGEST_LINE) {
                throw bad("a line of the manifest is longer than " + LONGEST_LINE + " bytes");
            }
        }
        return line.toByteArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FormatException bad(String text) {
        return new FormatException(Damage.Kind.BAD_MANIFEST, text);
    }

    /** The oldest position from which the backup needs WAL; null: it says none. */
    public @Nullable Lsn start() {
        return wal.stream().map(WalRange::start).min(Lsn::compareTo).orElse(null);
    }

    /** The position at which it is consistent; null: it says none. */
    public @Nullable Lsn stop() {
        return wal.stream().map(WalRange::end).max(Lsn::compareTo).orElse(null);
    }

    /** The timeline at its end; 0: it says none. */
    public int timeline() {
        return wal.stream().mapToInt(WalRange::timeline).max().orElse(0);
    }

    private static final class Reader {

        private final JsonParser json;
        private final Map<String, Entry> files = new LinkedHashMap<>();
        private final List<WalRange> wal = new ArrayList<>();
        private int version;
        private @Nullable String system;
        private @Nullable Instant newest;
        private long bytes;

        Reader(JsonParser json) {
            this.json = json;
        }

        Manifest manifest() throws IOException {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                switch (key) {
                    case "PostgreSQL-Backup-Manifest-Version" -> version = (int) number(json.getText());
                    case "System-Identifier" -> system = json.getText();
                    case "Files" -> objects(value, this::file);
                    case "WAL-Ranges" -> objects(value, this::range);
                    case String other -> json.skipChildren();
                }
            }
            if (version < 1 || version > 2) {
                throw bad("the manifest has version " + version + "; 1 and 2 are known");
            }
            return new Manifest(version, system, files, List.copyOf(wal), newest, bytes);
        }

        private void objects(JsonToken begin, FieldsConsumer each) throws IOException {
            expect(begin, JsonToken.START_ARRAY);
            while (json.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> fields = new HashMap<>();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String key = json.currentName();
                    if (!json.nextToken().isScalarValue()) {
                        throw bad("a value of the manifest is not a scalar");
                    }
                    fields.put(key, json.getText());
                }
                each.accept(fields);
            }
        }

        private void file(Map<String, String> fields) throws IOException {
            String encoded = fields.get("Encoded-Path");
            String path = ArchivePath.safe(encoded == null ? required(fields, "Path") : decoded(encoded));
            long size = number(required(fields, "Size"));
            String algorithm = fields.get("Checksum-Algorithm");
            Entry entry =
                    new Entry(size, algorithm == null ? null : ChecksumAlgorithm.of(algorithm), fields.get("Checksum"));
            if (files.put(path, entry) != null) {
                throw bad("the manifest has two entries for " + path);
            }
            if (files.size() > MOST_FILES) {
                throw bad("the manifest has more than " + MOST_FILES + " files");
            }
            bytes += size;
            Instant modified = time(fields.get("Last-Modified"));
            if (modified != null && (newest == null || modified.isAfter(newest))) {
                newest = modified;
            }
        }

        private static String decoded(String hex) throws FormatException {
            try {
                return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
            } catch (IllegalArgumentException e) {
                throw bad("an encoded path of the manifest is not hexadecimal");
            }
        }

        private void range(Map<String, String> fields) throws IOException {
            Lsn start = Lsn.parse(fields.get("Start-LSN"));
            Lsn end = Lsn.parse(fields.get("End-LSN"));
            if (start == null || end == null || start.compareTo(end) > 0) {
                throw bad("a range of WAL of the manifest is damaged");
            }
            wal.add(new WalRange((int) number(required(fields, "Timeline")), start, end));
        }

        private static String required(Map<String, String> fields, String key) throws FormatException {
            String value = fields.get(key);
            if (value == null) {
                throw bad("an entry of the manifest has no " + key);
            }
            return value;
        }

        private static long number(String text) throws FormatException {
            if (!text.matches("[0-9]{1,18}")) {
                throw bad(
                        "a number of the manifest is \"" + (text.length() > 30 ? text.substring(0, 30) : text) + "\"");
            }
            return Long.parseLong(text);
        }

        private static @Nullable Instant time(@Nullable String text) {
            try {
                return text == null ? null : LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException e) {
                return null;
            }
        }

        private static void expect(@Nullable JsonToken found, JsonToken wanted) throws FormatException {
            if (found != wanted) {
                throw bad("the manifest does not have the structure of one");
            }
        }
    }

    @FunctionalInterface
    private interface FieldsConsumer {
        void accept(Map<String, String> fields) throws IOException;
    }
}
