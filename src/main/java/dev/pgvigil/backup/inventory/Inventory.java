package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a repository has.
 *
 * @param backups newest first
 */
public record Inventory(Listing listing, List<Backup> backups, List<WalArchive> archives) {

    private static final List<Finder> FINDERS =
            List.of(new PgBackRest(), new WalG(), new Barman(), new BaseBackups(), new Dumps());

    public Inventory {
        backups = List.copyOf(backups);
        archives = List.copyOf(archives);
    }

    /** Reads what there is. What is part of one backup is not another. */
    public static Inventory of(Storage storage) throws IOException {
        Listing listing = Listing.of(storage);
        List<Backup> backups = new ArrayList<>();
        for (Finder finder : FINDERS) {
            for (Backup found : finder.find(listing)) {
                if (backups.stream().noneMatch(other -> within(found.id(), other.id()))) {
                    backups.add(found);
                }
            }
        }
        backups.sort(Comparator.comparing(Backup::time).reversed().thenComparing(Backup::id));
        Set<String> inside = backups.stream().map(Backup::id).collect(Collectors.toSet());
        return new Inventory(listing, backups, WalArchive.in(listing, inside));
    }

    private static boolean within(String id, String other) {
        return id.equals(other) || other.isEmpty() || id.startsWith(other + "/");
    }
}
