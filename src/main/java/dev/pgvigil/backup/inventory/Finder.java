package dev.pgvigil.backup.inventory;

import java.io.IOException;
import java.util.List;

/** Finds the backups of one tool. */
@FunctionalInterface
interface Finder {

    /** Reads small files only; a backup that is damaged is a backup with problems. */
    List<Backup> find(Listing listing) throws IOException;
}
