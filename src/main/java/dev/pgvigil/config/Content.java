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

/** The content of a file at one moment, or the reason why it cannot be read. */
public sealed interface Content {

    /** Enough for about 10,000 targets. */
    int MAX = 8 << 20;

    /** A hash of the content, or of the reason if the file cannot be read. Does not reveal the content. */
    String digest();

    /** A file that was read. Each caller gets its own view of the buffer. */
    record Read(Path file, ByteBuffer bytes, String digest) implements Content {}

    /** A file that was not read. The reason completes the sentence "the file …". */
    record Unreadable(String reason) implements Content {
        @Override
        public String digest() {
            return reason;
        }
    }

    /** Reads a regular file of at most 8 MB. Does not read pipes, so it never blocks. */
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
