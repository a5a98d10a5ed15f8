package dev.pgvigil.alert;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything about alerts in one file, so that it is always consistent: what was told is never newer than what waits to be sent. It is
 * replaced atomically, on disk before anything in it is sent, and readable by its owner only. A file that cannot be read is kept
 * beside it.
 */
record AlertStateFile(Path path) {

    private static final int VERSION = 2;
    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What is kept. */
    record Kept(
            int version,
            List<Alert> open,
            List<Alert> resolved,
            Set<String> dismissed,
            List<Silence> silences,
            List<NotificationLog.Entry> told,
            Map<String, Instant> exposed,
            List<Outbox.Entry> outbox,
            List<Outbox.DeadLetter> dead,
            List<Incident> incidents) {

        static final Kept NOTHING = of(List.of(), List.of(), Set.of(), List.of(), Map.of(), List.of());

        static Kept of(
                Alerts alerts, List<Silence> silences, Dispatcher dispatcher, Outbox outbox, Incidents incidents) {
            return new Kept(
                    VERSION,
                    alerts.open(),
                    alerts.resolved(),
                    alerts.dismissed().keySet(),
                    List.copyOf(silences),
                    dispatcher.log().entries(),
                    Map.copyOf(dispatcher.exposed()),
                    outbox.entries(),
                    outbox.deadLetters(),
                    incidents.all());
        }

        /** What is known of one scope, without the outbox and the silences, which have tables of their own. */
        static Kept of(
                List<Alert> open,
                List<Alert> resolved,
                Set<String> dismissed,
                List<NotificationLog.Entry> told,
                Map<String, Instant> exposed,
                List<Incident> incidents) {
            return new Kept(
                    VERSION, open, resolved, dismissed, List.of(), told, exposed, List.of(), List.of(), incidents);
        }
    }

    static byte[] pack(Kept kept) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            JSON.writeValue(out, kept);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException if it is damaged, or of another version */
    static Kept unpack(InputStream bytes) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(bytes)) {
            Kept kept = JSON.readValue(in, Kept.class);
            if (kept.version() != VERSION) {
                throw new IOException("version " + kept.version() + ", not " + VERSION);
            }
            return kept;
        }
    }

    /**
     * Reads it; null: there is no such file.
     *
     * @throws UnusableFile if it is damaged, of another version, or cannot be read
     */
    @Nullable
    Kept read() throws UnusableFile {
        try (InputStream in = Files.newInputStream(path)) {
            return unpack(in);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | RuntimeException e) {
            try {
                Files.move(path, beside(".unusable"), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException alsoUnusable) {
                e.addSuppressed(alsoUnusable);
            }
            throw new UnusableFile(e);
        }
    }

    void write(Kept kept) throws IOException {
        Path next = beside(".next");
        Files.deleteIfExists(next);
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        byte[] bytes = pack(kept);
        try (FileChannel file = FileChannel.open(next, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                file.write(rest);
            }
            file.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path beside(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** The file is damaged, of another version, or cannot be read. */
    static final class UnusableFile extends Exception {

        private static final long serialVersionUID = 1;

        UnusableFile(Throwable cause) {
            super(String.valueOf(cause.getMessage()).lines().findFirst().orElse(""), cause);
        }
    }
}
