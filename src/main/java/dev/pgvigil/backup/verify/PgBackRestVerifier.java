package dev.pgvigil.backup.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.IniFile;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files of pgBackRest against its {@code backup.manifest}, which has the SHA-1 of each. What it has bundled is only counted. */
final class PgBackRestVerifier {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Listing listing;
    private final Backup backup;
    private final Progress progress;
    private final List<Damage> damages;
    private final byte[] buffer = new byte[1 << 17];
    private long files;
    private long bytes;
    private long bundled;
    private long unproven;

    private PgBackRestVerifier(Listing listing, Backup backup, Progress progress) {
        this.listing = listing;
        this.backup = backup;
        this.progress = progress;
        this.damages = new ArrayList<>(backup.problems());
    }

    static Verification verify(Listing listing, Backup backup, Progress progress) throws IOException {
        return new PgBackRestVerifier(listing, backup, progress).result();
    }

    private Verification result() throws IOException {
        String key = Listing.in(backup.id(), "backup.manifest");
        if (listing.file(key) == null) {
            return Verification.of(damages, 0, 0);
        }
        Map<String, Map<String, String>> manifest =
                IniFile.parse(listing.storage().first(key, 256 << 20));
        Map<String, String> entries = manifest.getOrDefault("target:file", Map.of());
        if (entries.isEmpty()) {
            return Verification.unsupported(damages, "its manifest is encrypted or in a format that is not known");
        }
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            file(entry.getKey(), JSON.readTree(entry.getValue()));
        }
        if (bundled > 0) {
            return Verification.unsupported(
                    damages, bundled + " of its files are in bundles or blocks, which only pgBackRest can read");
        }
        return unproven > 0
                ? Verification.unsupported(damages, "its manifest has no checksums of " + unproven + " files")
                : Verification.of(damages, files, bytes);
    }

    private void file(String name, JsonNode entry) throws IOException {
        if (entry.has("bni") || entry.has("bi")) {
            bundled++;
            return;
        }
        String reference = entry.path("reference").asText("");
        String directory = reference.isEmpty()
                ? backup.id()
                : backup.id().substring(0, backup.id().lastIndexOf('/') + 1) + reference;
        long size = entry.path("size").asLong();
        StoredFile stored = stored(Listing.in(directory, name));
        if (stored == null) {
            if (size > 0) {
                damaged(Damage.Kind.MISSING, name, "the manifest has it, but the repository does not");
            }
            return;
        }
        files++;
        try {
            compare(name, stored, size, entry.path("checksum").asText(""));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            damaged(Damage.Kind.UNREADABLE, name, "it cannot be read: " + e.getMessage());
        }
    }

    private @Nullable StoredFile stored(String key) {
        for (String suffix : List.of("", ".gz", ".lz4", ".zst", ".bz2")) {
            StoredFile file = listing.file(key + suffix);
            if (file != null) {
                return file;
            }
        }
        return null;
    }

    private void compare(String name, StoredFile stored, long size, String checksum) throws IOException {
        Storage storage = listing.storage();
        MessageDigest digest = sha1();
        long length = 0;
        try (InputStream raw = storage.open(stored.key());
                InputStream in = Compression.of(stored.name()).open(raw)) {
            for (int count = in.read(buffer); count >= 0 && length <= size; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                length += count;
                progress.read(count);
            }
        }
        bytes += length;
        if (length != size) {
            damaged(Damage.Kind.WRONG_SIZE, name, "it has " + length + " bytes, the manifest says " + size);
        } else if (checksum.isEmpty()) {
            unproven += size > 0 ? 1 : 0;
        } else if (!HexFormat.of().formatHex(digest.digest()).equals(checksum)) {
            damaged(Damage.Kind.WRONG_CHECKSUM, name, "its SHA-1 is not that of the manifest: its content has changed");
        }
    }

    private void damaged(Damage.Kind kind, String where, String text) {
        if (damages.size() < Verification.MOST) {
            damages.add(new Damage(kind, where, text));
        }
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
