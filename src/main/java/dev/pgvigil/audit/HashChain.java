package dev.pgvigil.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON objects, each with its number, the hash of the one before and its own, so that a line of the file that was changed, removed or put in
 * is found; what was cut off at the end is found only by who has noted the last hash. An entry is on the disk when {@link #append} returns.
 * A file that was moved away is followed by a new one, with a chain of its own. Not thread-safe.
 */
public final class HashChain {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern HASH = Pattern.compile(",\"hash\":\"([0-9a-f]{64})\"}$");
    private static final int MOST_PROBLEMS = 1000;

    /** The hash before the first entry. */
    public static final String FIRST = "0".repeat(64);

    private final @Nullable Path file;
    private final @Nullable String problem;
    private long sequence;
    private String hash;

    /**
     * One entry.
     *
     * @param sequence from 1
     * @param previous hash of the entry before; zeros in the first
     * @param hash SHA-256 of the line without the hash itself
     * @param values what the line has besides
     */
    public record Entry(long sequence, String previous, String hash, JsonNode values) {}

    /**
     * What a file has.
     *
     * @param last null: no entry
     * @param problems lines that are not what was written, in order
     */
    public record Content(@Nullable Entry last, List<String> problems) {}

    private HashChain(@Nullable Path file, @Nullable Entry last, @Nullable String problem) {
        this.file = file;
        this.problem = problem;
        this.sequence = last == null ? 0 : last.sequence;
        this.hash = last == null ? FIRST : last.hash;
    }

    /** A chain without a file. */
    public static HashChain inMemory() {
        return new HashChain(null, null, null);
    }

    /**
     * Continues the chain of a file, or begins it. A line that a crash has cut off is ended, so that it spoils no other.
     *
     * @param each gets the entries that are as they were written
     */
    public static HashChain open(Path file, Consumer<Entry> each) throws IOException {
        Content content = Files.exists(file) ? read(file, each) : new Content(null, List.of());
        if (Files.exists(file) && Files.size(file) > 0 && !endsWithLine(file)) {
            Files.writeString(file, "\n", StandardOpenOption.APPEND);
        }
        return new HashChain(file, content.last, content.problems.isEmpty() ? null : content.problems.getFirst());
    }

    /**
     * Reads a file.
     *
     * @param each gets the entries that are as they were written
     */
    public static Content read(Path file, Consumer<Entry> each) throws IOException {
        List<String> problems = new ArrayList<>();
        Entry last = null;
        long number = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                Entry entry = entry(line);
                boolean unchanged = entry != null && entry.hash.equals(hashOf(line));
                if (!unchanged || !follows(entry, last)) {
                    if (problems.size() < MOST_PROBLEMS) {
                        problems.add("line " + number
                                + (entry == null ? " is no entry" : " does not follow the one before it"));
                    }
                }
                if (unchanged) {
                    each.accept(entry);
                }
                last = entry == null ? last : entry;
            }
        }
        return new Content(last, List.copyOf(problems));
    }

    private static boolean follows(@Nullable Entry entry, @Nullable Entry last) {
        return entry != null
                && entry.sequence == (last == null ? 1 : last.sequence + 1)
                && entry.previous.equals(last == null ? FIRST : last.hash);
    }

    private static @Nullable Entry entry(String line) {
        try {
            JsonNode values = JSON.readTree(line);
            return values.path("sequence").isIntegralNumber()
                            && values.path("previous").isTextual()
                            && values.path("hash").isTextual()
                    ? new Entry(
                            values.get("sequence").asLong(),
                            values.get("previous").asText(),
                            values.get("hash").asText(),
                            values)
                    : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static boolean endsWithLine(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate(1);
            channel.read(end, channel.size() - 1);
            return end.get(0) == '\n';
        }
    }

    /** The first line of the file that was not as it was written when it was opened; null: all were. */
    public @Nullable String problem() {
        return problem;
    }

    /** Adds an entry with these values. */
    public Entry append(ObjectNode values) throws IOException {
        return file == null ? linked(values) : append(file, values);
    }

    private Entry append(Path to, ObjectNode values) throws IOException {
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long begin = channel.size();
            long before = sequence;
            String hashBefore = hash;
            if (begin == 0) {
                sequence = 0;
                hash = FIRST;
            }
            try {
                Entry entry = linked(values);
                ByteBuffer line = StandardCharsets.UTF_8.encode(text(entry) + "\n");
                channel.position(begin);
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                channel.force(true);
                return entry;
            } catch (IOException e) {
                sequence = before;
                hash = hashBefore;
                // A part of the line would spoil the next one.
                channel.truncate(begin);
                throw e;
            }
        }
    }

    private Entry linked(ObjectNode values) {
        ObjectNode row = JSON.createObjectNode();
        row.put("sequence", sequence + 1);
        row.setAll(values);
        row.put("previous", hash);
        String previous = hash;
        hash = sha256(json(row));
        return new Entry(++sequence, previous, hash, row.put("hash", hash));
    }

    private static String text(Entry entry) {
        return json(entry.values);
    }

    private static String json(JsonNode row) {
        try {
            return JSON.writeValueAsString(row);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The hash that the line must have. */
    private static String hashOf(String line) {
        return sha256(HASH.matcher(line).replaceFirst("}"));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
