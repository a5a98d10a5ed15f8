package dev.pgvigil.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The audit of verifications: a line of JSON each, which has the hash of the line before, so that no line can be changed or removed unnoticed
 * but the last. Not thread-safe.
 */
final class AuditFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FIRST = "0".repeat(64);
    private static final int MOST_FAILURES = 20;

    private final Path path;
    private String previous = FIRST;
    private long rows;

    /** What the file has. */
    record Content(
            Map<Key, Proof> proofs, long rows, @Nullable String broken) {}

    /** A backup of a repository. */
    record Key(String repository, String backup) {}

    AuditFile(Path path) {
        this.path = path;
    }

    /** The latest proofs; {@code broken} says from which line the chain of hashes is broken. */
    Content read() throws IOException {
        Map<Key, Proof> proofs = new HashMap<>();
        String broken = null;
        if (!Files.exists(path)) {
            return new Content(proofs, 0, null);
        }
        try (BufferedReader lines = Files.newBufferedReader(path)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rows++;
                JsonNode row = tree(line);
                boolean chained = row != null
                        && row.path("previous").asText().equals(previous)
                        && hash(line).equals(row.path("hash").asText());
                if (!chained && broken == null) {
                    broken = "line " + rows;
                }
                if (row != null) {
                    previous = row.path("hash").asText(FIRST);
                    proofs.put(
                            new Key(
                                    row.path("repository").asText(),
                                    row.path("backup").asText()),
                            proof(row));
                }
            }
        }
        return new Content(proofs, rows, broken);
    }

    private static @Nullable JsonNode tree(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            return null;
        }
    }

    private static Proof proof(JsonNode row) throws IOException {
        try {
            String level = row.path("level").asText("");
            JsonNode seconds = row.path("recovery_seconds");
            return new Proof(
                    Verdict.valueOf(row.path("verdict").asText()),
                    level.isEmpty() ? null : ProofLevel.valueOf(level),
                    Instant.parse(row.path("at").asText()),
                    null,
                    null,
                    seconds.isNumber() ? Duration.ofMillis(Math.round(seconds.asDouble() * 1000)) : null);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IOException("the audit has a line that is not one of it", e);
        }
    }

    /** Appends a row and forces it to the disk. */
    void append(String repository, String backup, Proof proof) throws IOException {
        ObjectNode row = JSON.createObjectNode();
        row.put("at", proof.at().toString())
                .put("repository", repository)
                .put("backup", backup)
                .put("verdict", proof.verdict().name());
        if (proof.level() != null) {
            row.put("level", proof.level().name());
        }
        ArrayNode failures = row.putArray("failures");
        Verification verification = proof.verification();
        if (verification != null) {
            row.put("files", verification.files()).put("bytes", verification.bytes());
            verification.damages().stream().limit(MOST_FAILURES).forEach(damage -> failures.add(damage.toString()));
        }
        DrillResult drill = proof.drill();
        if (drill != null) {
            drill.failures().stream().limit(MOST_FAILURES).forEach(failures::add);
            if (drill.moment() != null) {
                row.put("moment", drill.moment().toString());
            }
            ObjectNode phases = row.putObject("phases");
            drill.phases().forEach((name, took) -> phases.put(name + "_ms", took.toMillis()));
        }
        if (proof.recovery() != null) {
            row.put("recovery_seconds", proof.recovery().toMillis() / 1e3);
        }
        row.put("previous", previous);
        String body = JSON.writeValueAsString(row);
        String hash = sha256(body);
        String line = body.substring(0, body.length() - 1) + ",\"hash\":\"" + hash + "\"}\n";
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        previous = hash;
        rows++;
    }

    private static String hash(String line) {
        return sha256(line.replaceFirst(",\"hash\":\"[0-9a-f]*\"}$", "}"));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
