package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.DumpArchive;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.inventory.Backup.Kind;
import dev.pgvigil.backup.inventory.Backup.Layout;
import dev.pgvigil.backup.inventory.Backup.Tool;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Dumps of {@code pg_dump}: custom archives, directories, tar files and SQL. */
final class Dumps implements Finder {

    static final String CONTENTS = "toc.dat";

    private static final Pattern ARCHIVE = Pattern.compile("(?i).+\\.(dump|dmp|pgdump|backup|bak|custom|fc|tar)");
    private static final Pattern DUMP = Pattern.compile("(?i).+\\.(dump|dmp|pgdump)");
    private static final Pattern SQL = Pattern.compile("(?i)\\.sql(\\.(gz|zst|lz4|bz2))?$");
    private static final Pattern SERVER = Pattern.compile("Dumped from database version ([0-9]{1,3})");
    private static final Pattern WAL_LABEL = Pattern.compile("[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup");
    private static final int HEAD = 4096;

    @Override
    public List<Backup> find(Listing listing) throws IOException {
        List<Backup> backups = new ArrayList<>();
        for (StoredFile file : listing.all()) {
            String name = file.name();
            Backup found = null;
            if (name.equals(CONTENTS)) {
                found = directory(listing, file);
            } else if (SQL.matcher(name).find()) {
                found = sql(listing.storage(), file);
            } else if (ARCHIVE.matcher(name).matches()
                    && !WAL_LABEL.matcher(name).matches()) {
                found = archive(listing.storage(), file);
            }
            if (found != null) {
                backups.add(found);
            }
        }
        return backups;
    }

    private static Backup directory(Listing listing, StoredFile contents) {
        List<Damage> problems = new ArrayList<>();
        DumpArchive archive = null;
        try (InputStream in = listing.storage().open(contents.key())) {
            archive = DumpArchive.read(new DumpArchive.DumpInput(in));
        } catch (IOException e) {
            problems.add(problem(contents.key(), e));
        }
        String directory = contents.directory();
        return dump(
                directory,
                Layout.DIRECTORY,
                archive,
                contents,
                listing.bytes(directory),
                listing.below(directory).size(),
                problems);
    }

    private static @Nullable Backup archive(Storage storage, StoredFile file) throws IOException {
        if (file.size() == 0 && DUMP.matcher(file.name()).matches()) {
            return dump(file.key(), Layout.CUSTOM, null, file, 0, 1, List.of(empty(file)));
        }
        byte[] head = storage.first(file.key(), HEAD);
        boolean tar = new String(head, 0, Math.min(head.length, 8), StandardCharsets.ISO_8859_1).startsWith(CONTENTS);
        if (!tar && !DumpArchive.begins(head)) {
            return null;
        }
        List<Damage> problems = new ArrayList<>();
        DumpArchive archive = null;
        try (InputStream in = storage.open(file.key())) {
            archive = tar ? inTar(in) : DumpArchive.read(new DumpArchive.DumpInput(in));
        } catch (IOException e) {
            problems.add(problem(file.key(), e));
        }
        return dump(file.key(), tar ? Layout.TAR : Layout.CUSTOM, archive, file, file.size(), 1, problems);
    }

    private static DumpArchive inTar(InputStream in) throws IOException {
        try (TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
            TarArchiveEntry first = entries.getNextEntry();
            if (first == null) {
                throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the tar file is empty");
            }
            return DumpArchive.read(new DumpArchive.DumpInput(entries));
        }
    }

    private static @Nullable Backup sql(Storage storage, StoredFile file) throws IOException {
        String head;
        List<Damage> problems = new ArrayList<>();
        try (InputStream stored = storage.open(file.key());
                InputStream in = Compression.of(file.name()).open(stored)) {
            head = new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
        } catch (IOException e) {
            head = "";
            problems.add(problem(file.key(), e));
        }
        if (file.size() == 0) {
            problems.add(empty(file));
        }
        boolean cluster = head.contains("-- PostgreSQL database cluster dump");
        if (problems.isEmpty() && !cluster && !head.contains("-- PostgreSQL database dump")) {
            return null;
        }
        Matcher server = SERVER.matcher(head);
        return new Backup(
                file.key(),
                Tool.PG_DUMP,
                Layout.SQL,
                Kind.LOGICAL,
                null,
                null,
                server.find() ? Integer.parseInt(server.group(1)) : 0,
                0,
                null,
                null,
                null,
                file.modified(),
                file.size(),
                1,
                null,
                problems.isEmpty() ? "found" : "damaged",
                problems);
    }

    /** As a dump leaves its file that failed at once. */
    private static Damage empty(StoredFile file) {
        return new Damage(Damage.Kind.BAD_ARCHIVE, file.key(), "it is empty");
    }

    private static Backup dump(
            String id,
            Layout layout,
            @Nullable DumpArchive archive,
            StoredFile file,
            long bytes,
            int files,
            List<Damage> problems) {
        return new Backup(
                id,
                Tool.PG_DUMP,
                layout,
                Kind.LOGICAL,
                null,
                null,
                archive == null ? 0 : archive.major(),
                0,
                null,
                null,
                null,
                file.modified(),
                bytes,
                files,
                archive == null ? null : archive.database(),
                archive == null ? "damaged" : "found",
                problems);
    }

    private static Damage problem(String key, IOException e) {
        return e instanceof FormatException bad
                ? bad.at(key)
                : new Damage(Damage.Kind.UNREADABLE, key, "it cannot be read: " + e.getMessage());
    }
}
