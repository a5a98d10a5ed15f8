package dev.pgvigil.backup.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.inventory.Backup.Kind;
import dev.pgvigil.backup.inventory.Backup.Layout;
import dev.pgvigil.backup.inventory.Backup.Tool;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Backups of WAL-G: {@code basebackups_005/<name>_backup_stop_sentinel.json}, which is written last. */
final class WalG implements Finder {

    private static final String DIRECTORY = "basebackups_005";
    private static final String SENTINEL = "_backup_stop_sentinel.json";

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public List<Backup> find(Listing listing) throws IOException {
        TreeSet<String> ids = new TreeSet<>();
        for (StoredFile file : listing.all()) {
            int at = file.key().indexOf(DIRECTORY + "/");
            if (at == 0 || (at > 0 && file.key().charAt(at - 1) == '/')) {
                int name = at + DIRECTORY.length() + 1;
                String rest = file.key().substring(name);
                ids.add(file.key().substring(0, name) + rest.split("/", 2)[0].replace(SENTINEL, ""));
            }
        }
        List<Backup> backups = new ArrayList<>();
        for (String id : ids) {
            backups.add(backup(listing, id));
        }
        return backups;
    }

    private Backup backup(Listing listing, String id) throws IOException {
        List<Damage> problems = new ArrayList<>();
        StoredFile sentinel = listing.file(id + SENTINEL);
        JsonNode info = json.createObjectNode();
        if (sentinel == null) {
            problems.add(new Damage(
                    Damage.Kind.BAD_CATALOGUE,
                    id,
                    "it has no sentinel: WAL-G did not complete it, or it is being written"));
        } else {
            try {
                info = json.readTree(listing.storage().small(sentinel.key()));
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                problems.add(new Damage(Damage.Kind.BAD_CATALOGUE, sentinel.key(), "it is damaged"));
            }
        }
        if (listing.below(id + "/tar_partitions").isEmpty()) {
            problems.add(new Damage(Damage.Kind.MISSING, id, "its sentinel is there, but its data is missing"));
        }
        String parent = info.path("DeltaFrom").asText("");
        String prefix = id.substring(0, id.lastIndexOf('/') + 1);
        if (!parent.isEmpty() && listing.file(prefix + parent + SENTINEL) == null) {
            problems.add(
                    new Damage(Damage.Kind.MISSING, id, "the backup " + parent + ", on which it builds, is missing"));
        }
        String name = id.substring(prefix.length());
        return new Backup(
                id,
                Tool.WAL_G,
                Layout.TOOL,
                parent.isEmpty() ? Kind.FULL : Kind.INCREMENTAL,
                parent.isEmpty() ? null : prefix + parent,
                info.path("SystemIdentifier").isMissingNode()
                        ? null
                        : info.path("SystemIdentifier").asText(),
                info.path("PgVersion").asInt(0) / 10_000,
                name.matches("base_[0-9A-F]{24}.*") ? Integer.parseUnsignedInt(name.substring(5, 13), 16) : 0,
                position(info.path("LSN")),
                position(info.path("FinishLSN")),
                null,
                sentinel == null ? null : sentinel.modified(),
                listing.bytes(id),
                listing.below(id).size(),
                null,
                sentinel == null ? "incomplete" : "complete",
                problems);
    }

    private static @Nullable Lsn position(JsonNode node) {
        return node.isIntegralNumber() ? new Lsn(node.bigIntegerValue().longValue()) : null;
    }
}
