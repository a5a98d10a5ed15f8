package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.inventory.Backup.Kind;
import dev.pgvigil.backup.inventory.Backup.Layout;
import dev.pgvigil.backup.inventory.Backup.Tool;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Backups of Barman: {@code base/<id>/backup.info}. */
final class Barman implements Finder {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss[.SSSSSS]XXX");

    @Override
    public List<Backup> find(Listing listing) throws IOException {
        List<Backup> backups = new ArrayList<>();
        for (StoredFile file : List.copyOf(listing.all())) {
            if (file.name().equals("backup.info") && file.key().matches("(.*/)?base/[^/]+/backup\\.info")) {
                backups.add(backup(listing, file));
            }
        }
        return backups;
    }

    private static Backup backup(Listing listing, StoredFile file) throws IOException {
        Map<String, String> info =
                IniFile.parse(listing.storage().small(file.key())).getOrDefault("", Map.of());
        String id = file.directory();
        String status = info.getOrDefault("status", "unknown");
        String parent = text(info.get("parent_backup_id"));
        List<Damage> problems = new ArrayList<>();
        if (!status.equals("DONE")) {
            problems.add(new Damage(Damage.Kind.BAD_CATALOGUE, id, "Barman says that it is " + status));
        }
        if (listing.below(id + "/data").isEmpty()) {
            problems.add(new Damage(Damage.Kind.MISSING, id, "the catalogue has it, but its data is missing"));
        }
        String siblings = id.substring(0, id.lastIndexOf('/') + 1);
        if (parent != null && listing.file(siblings + parent + "/backup.info") == null) {
            problems.add(
                    new Damage(Damage.Kind.MISSING, id, "the backup " + parent + ", on which it builds, is missing"));
        }
        return new Backup(
                id,
                Tool.BARMAN,
                listing.file(id + "/data/global/pg_control") == null ? Layout.TOOL : Layout.PLAIN,
                parent == null ? Kind.FULL : Kind.INCREMENTAL,
                parent == null ? null : siblings + parent,
                text(info.get("systemid")),
                version(info.getOrDefault("version", "")),
                number(info.getOrDefault("timeline", "")),
                Lsn.parse(info.get("begin_xlog")),
                Lsn.parse(info.get("end_xlog")),
                time(info.get("begin_time")),
                time(info.get("end_time")),
                listing.bytes(id),
                listing.below(id).size(),
                null,
                status,
                problems);
    }

    private static @Nullable String text(@Nullable String value) {
        return value == null || value.equals("None") || value.isEmpty() ? null : value;
    }

    private static int number(String value) {
        return value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : 0;
    }

    /** {@code 150008} */
    private static int version(String value) {
        return number(value) / 10_000;
    }

    private static @Nullable Instant time(@Nullable String value) {
        try {
            return text(value) == null
                    ? null
                    : OffsetDateTime.parse(value, TIME).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
