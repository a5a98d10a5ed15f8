package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.Lsn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup, as far as its own files and its tool's catalogue describe it.
 *
 * @param id its key in the repository: a directory or a file
 * @param layout how its files are kept
 * @param parent the backup that it builds on; null: none
 * @param system the system identifier of its cluster; null: not known, or a dump
 * @param major PostgreSQL's major version; 0: not known
 * @param timeline at its end; 0: not known
 * @param start the position from which it needs WAL
 * @param stop the position at which it is consistent
 * @param bytes as stored
 * @param files as stored
 * @param database what was dumped; null: the whole cluster
 * @param state what its tool says of it
 * @param problems that can be seen without reading its content
 */
public record Backup(
        String id,
        Tool tool,
        Layout layout,
        Kind kind,
        @Nullable String parent,
        @Nullable String system,
        int major,
        int timeline,
        @Nullable Lsn start,
        @Nullable Lsn stop,
        @Nullable Instant started,
        @Nullable Instant finished,
        long bytes,
        int files,
        @Nullable String database,
        String state,
        List<Damage> problems) {

    /** What made it. */
    public enum Tool {
        PG_BASEBACKUP,
        PG_DUMP,
        PGBACKREST,
        BARMAN,
        WAL_G
    }

    /** How its files are kept. */
    public enum Layout {
        PLAIN,
        TAR,
        CUSTOM,
        DIRECTORY,
        SQL,
        /** Only its tool can read it. */
        TOOL
    }

    /** What it contains. */
    public enum Kind {
        FULL,
        DIFFERENTIAL,
        INCREMENTAL,
        LOGICAL
    }

    public Backup {
        problems = List.copyOf(problems);
    }

    /** This backup on a parent, with further problems. */
    Backup with(@Nullable String onParent, List<Damage> more) {
        List<Damage> all = new ArrayList<>(problems);
        all.addAll(more);
        return new Backup(
                id, tool, layout, kind, onParent, system, major, timeline, start, stop, started, finished, bytes, files,
                database, state, all);
    }

    /** Whether a server can be started from it, and WAL replayed. */
    public boolean physical() {
        return kind != Kind.LOGICAL;
    }

    /** When it ended, or began; the epoch if neither is known. */
    public Instant time() {
        return finished != null ? finished : started != null ? started : Instant.EPOCH;
    }
}
