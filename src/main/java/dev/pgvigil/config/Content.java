package dev.pgvigil.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a file holds at one moment, or why it cannot be read. */
public sealed interface Content {

    /** Room for some 10,000 targets. */
    int MAX = 8 << 20;

    /** Equal for equal content; of a file that cannot be read, of its reason. Shows nothing of the content. */
    String digest();

    /** A file that was read; of the bytes, nobody else's position moves. */
    record Read(Path file, ByteBuffer bytes, String digest) implements Content {}

    /** A file that was not; the reason completes "the file …". */
    record Unreadable(String reason) implements Content {
        @Override
        public String digest() {
            return reason;
        }
    }

    /** Reads a regular file of at most 8 MB. Never waits: a pipe is no regular file. */
    static Content of(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new Unreadable("is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX + 1);
            return bytes.length > MAX
                    ? new Unreadable("is larger than " + Quantity.show((long) MAX))
                    : new Read(file, ByteBuffer.wrap(bytes).asReadOnlyBuffer(), sha256(bytes));
        } catch (NoSuchFileException missing) {
            return new Unreadable("does not exist");
        } catch (AccessDeniedException denied) {
            return new Unreadable("may not be read by the user that pgvigil runs as");
        } catch (IOException failed) {
            return new Unreadable("cannot be read");
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
