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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Repositories of pgBackRest: {@code backup/<stanza>/backup.info}, compared with the directories beside it. */
final class PgBackRest implements Finder {

    private static final String CATALOGUE = "backup.info";
    private static final Pattern LABEL = Pattern.compile("([0-9]{8}-[0-9]{6}F)(_[0-9]{8}-[0-9]{6}[DI])?");

    private final ObjectMapper json = new ObjectMapper();

    @Override
    public List<Backup> find(Listing listing) throws IOException {
        List<Backup> backups = new ArrayList<>();
        for (StoredFile file : List.copyOf(listing.all())) {
            if (file.name().equals(CATALOGUE) && file.key().matches("(.*/)?backup/[^/]+/backup\\.info")) {
                stanza(listing, file, backups);
            }
        }
        return backups;
    }

    private void stanza(Listing listing, StoredFile file, List<Backup> backups) throws IOException {
        Map<String, Map<String, String>> info = IniFile.parse(listing.storage().small(file.key()));
        Map<String, String> database = info.getOrDefault("db", Map.of());
        Set<String> known = new HashSet<>();
        for (Map.Entry<String, String> entry :
                info.getOrDefault("backup:current", Map.of()).entrySet()) {
            known.add(entry.getKey());
            backups.add(backup(listing, file.directory(), entry.getKey(), tree(entry.getValue()), database));
        }
        if (database.isEmpty()) {
            backups.add(broken(
                    file.directory(),
                    new Damage(
                            Damage.Kind.BAD_CATALOGUE,
                            file.key(),
                            "it is encrypted or damaged, so its backups are not known")));
        }
        unlisted(listing, file.directory(), known)
                .forEach(label -> backups.add(broken(
                        file.directory() + "/" + label,
                        new Damage(
                                Damage.Kind.BAD_CATALOGUE,
                                file.directory() + "/" + label,
                                "the directory is there, but the catalogue does not have it"))));
    }

    private JsonNode tree(String value) {
        try {
            return json.readTree(value);
        } catch (IOException e) {
            return json.createObjectNode();
        }
    }

    private static Set<String> unlisted(Listing listing, String directory, Set<String> known) {
        Set<String> labels = new HashSet<>();
        for (StoredFile file : listing.below(directory)) {
            String[] parts = file.key().substring(directory.length() + 1).split("/", 2);
            Matcher matcher = LABEL.matcher(parts[0]);
            if (parts.length == 2 && matcher.matches() && !known.contains(parts[0])) {
                labels.add(parts[0]);
            }
        }
        return labels;
    }

    private static Backup backup(
            Listing listing, String directory, String label, JsonNode entry, Map<String, String> database) {
        String id = directory + "/" + label;
        List<Damage> problems = new ArrayList<>();
        if (listing.file(id + "/backup.manifest") == null) {
            problems.add(new Damage(
                    Damage.Kind.MISSING, id, "the catalogue has it, but its manifest is missing in the repository"));
        }
        for (JsonNode reference : entry.path("backup-reference")) {
            if (listing.file(directory + "/" + reference.asText() + "/backup.manifest") == null) {
                problems.add(new Damage(
                        Damage.Kind.MISSING,
                        id,
                        "the backup " + reference.asText() + ", on which it builds, is missing"));
            }
        }
        if (entry.path("backup-error").asBoolean(false)) {
            problems.add(
                    new Damage(Damage.Kind.WRONG_CHECKSUM, id, "pgBackRest found pages with wrong checksums in it"));
        }
        String prior = entry.path("backup-prior").asText("");
        String stop = entry.path("backup-archive-stop").asText("");
        return new Backup(
                id,
                Tool.PGBACKREST,
                Layout.TOOL,
                switch (entry.path("backup-type").asText("full")) {
                    case "incr" -> Kind.INCREMENTAL;
                    case "diff" -> Kind.DIFFERENTIAL;
                    case String full -> Kind.FULL;
                },
                prior.isEmpty() ? null : directory + "/" + prior,
                unquoted(database.get("db-system-id")),
                major(unquoted(database.get("db-version"))),
                stop.length() == 24 ? Integer.parseUnsignedInt(stop.substring(0, 8), 16) : 0,
                Lsn.parse(entry.path("backup-lsn-start").asText("")),
                Lsn.parse(entry.path("backup-lsn-stop").asText("")),
                time(entry.path("backup-timestamp-start")),
                time(entry.path("backup-timestamp-stop")),
                entry.path("backup-info-repo-size").asLong(listing.bytes(id)),
                listing.below(id).size(),
                null,
                problems.isEmpty() ? "complete" : "incomplete",
                problems);
    }

    private static Backup broken(String id, Damage problem) {
        return new Backup(
                id,
                Tool.PGBACKREST,
                Layout.TOOL,
                Kind.FULL,
                null,
                null,
                0,
                0,
                null,
                null,
                null,
                null,
                0,
                0,
                null,
                "not in the catalogue",
                List.of(problem));
    }

    private static @Nullable Instant time(JsonNode seconds) {
        return seconds.isIntegralNumber() ? Instant.ofEpochSecond(seconds.asLong()) : null;
    }

    private static @Nullable String unquoted(@Nullable String value) {
        return value == null ? null : value.replace("\"", "");
    }

    private static int major(@Nullable String version) {
        String digits = version == null ? "" : version.replaceFirst("[^0-9].*", "");
        return digits.isEmpty() || digits.length() > 3 ? 0 : Integer.parseInt(digits);
    }
}
