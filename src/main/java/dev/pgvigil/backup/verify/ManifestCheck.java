package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.ChecksumAlgorithm;
import dev.pgvigil.backup.format.ControlFile;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares files with a manifest, each as its content passes by. Without a manifest it only reads them. Not thread-safe. */
final class ManifestCheck {

    /** What manifests do not list. */
    private static final Set<String> UNLISTED = Set.of(
            "backup_manifest",
            "postgresql.auto.conf",
            "recovery.signal",
            "standby.signal",
            // written by tools that copy files
            "postmaster.opts");

    private static final String CONTROL = "global/pg_control";
    private static final int CONTROL_BYTES = 8192;

    private final @Nullable Manifest manifest;
    private final Progress progress;
    private final List<Damage> damages = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final byte[] buffer = new byte[1 << 17];
    private @Nullable ControlFile control;
    private long files;
    private long bytes;
    private long unproven;

    ManifestCheck(@Nullable Manifest manifest, Progress progress) {
        this.manifest = manifest;
        this.progress = progress;
    }

    /** Reads a file to its end; {@code size} is what its directory or archive says. */
    void file(String path, long size, InputStream in) throws IOException {
        Manifest.Entry entry = manifest == null ? null : manifest.files().get(path);
        if (!seen.add(path)) {
            damage(Damage.Kind.BAD_ARCHIVE, path, "it is there twice");
        }
        if (manifest != null && entry == null && listed(path)) {
            damage(Damage.Kind.UNLISTED, path, "the manifest does not have it");
        }
        ChecksumAlgorithm algorithm = entry == null ? null : entry.algorithm();
        unproven += entry != null && entry.size() > 0 && (algorithm == null || entry.checksum() == null) ? 1 : 0;
        ChecksumAlgorithm.Running checksum = algorithm == null ? null : algorithm.begin();
        ByteArrayOutputStream kept = path.equals(CONTROL) ? new ByteArrayOutputStream(CONTROL_BYTES) : null;
        long length = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (checksum != null) {
                checksum.update(buffer, 0, count);
            }
            if (kept != null && length < CONTROL_BYTES) {
                kept.write(buffer, 0, (int) Math.min(count, CONTROL_BYTES - length));
            }
            length += count;
            progress.read(count);
        }
        files++;
        bytes += length;
        compare(path, entry, size, length, checksum);
        if (kept != null) {
            control(kept.toByteArray());
        }
    }

    private void compare(
            String path,
            Manifest.@Nullable Entry entry,
            long size,
            long length,
            ChecksumAlgorithm.@Nullable Running checksum) {
        if (length != size) {
            damage(Damage.Kind.WRONG_SIZE, path, "it has " + length + " bytes, where it should have " + size);
        } else if (entry != null && length != entry.size()) {
            damage(Damage.Kind.WRONG_SIZE, path, "it has " + length + " bytes, the manifest says " + entry.size());
        } else if (entry != null && checksum != null && !checksum.hex().equalsIgnoreCase(entry.checksum())) {
            damage(
                    Damage.Kind.WRONG_CHECKSUM,
                    path,
                    "its " + String.valueOf(entry.algorithm()).toUpperCase(Locale.ROOT)
                            + " is not that of the manifest: its content has changed");
        }
    }

    private void control(byte[] content) {
        try {
            control = ControlFile.parse(content);
            String system = manifest == null ? null : manifest.system();
            if (system != null && !system.equals(control.systemIdentifier())) {
                damage(
                        Damage.Kind.WRONG_SYSTEM,
                        CONTROL,
                        "it belongs to the cluster " + control.systemIdentifier() + ", the manifest to " + system);
            }
        } catch (FormatException e) {
            damages.add(e.at(CONTROL));
        }
    }

    static boolean listed(String path) {
        return !UNLISTED.contains(path) && !path.startsWith("pg_wal/");
    }

    /** Adds what is missing. */
    void end() {
        if (control == null) {
            damage(Damage.Kind.MISSING, CONTROL, "it is missing: no server starts without it");
        }
        if (manifest != null) {
            manifest.files().keySet().stream()
                    .filter(path -> !seen.contains(path) && !(path.equals(CONTROL) && control == null))
                    .forEach(path -> damage(Damage.Kind.MISSING, path, "the manifest has it, but the backup does not"));
        }
    }

    void damage(Damage.Kind kind, String where, String text) {
        if (damages.size() < Verification.MOST) {
            damages.add(new Damage(kind, where, text));
        }
    }

    void damage(Damage found) {
        damage(found.kind(), found.where(), found.text());
    }

    List<Damage> damages() {
        return damages;
    }

    @Nullable
    ControlFile controlFile() {
        return control;
    }

    long files() {
        return files;
    }

    long bytes() {
        return bytes;
    }

    /** Number of files for which the manifest has no checksum: of their content nothing is known. */
    long unproven() {
        return unproven;
    }
}
