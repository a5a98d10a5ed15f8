package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.TimelineHistory;
import dev.pgvigil.backup.format.UnsupportedCompressionException;
import dev.pgvigil.backup.format.WalName;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Archived WAL of one directory: segments by timeline and position, and timeline histories. */
public final class WalArchive {

    // pgBackRest adds the SHA-1 of the segment to its name.
    private static final Pattern SEGMENT =
            Pattern.compile("([0-9A-F]{24})(?:-([0-9a-f]{40}))?(\\.(?:gz|lz4|zst|bz2|br|lzma|xz))?");
    private static final Pattern HISTORY =
            Pattern.compile("([0-9A-F]{8})\\.history(\\.(?:gz|lz4|zst|bz2|br|lzma|xz))?");
    private static final Pattern SUBDIRECTORY = Pattern.compile("(.*?)/?[0-9A-F]{16}");
    private static final int HEADER = 40;

    private final Storage storage;
    private final String directory;
    private final NavigableMap<String, StoredFile> segments = new TreeMap<>();
    private final Map<String, String> sha1 = new HashMap<>();
    private final NavigableMap<Integer, StoredFile> histories = new TreeMap<>();
    private long bytes;

    private WalArchive(Storage storage, String directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** The archives of a repository, without WAL that is part of these backups. */
    static List<WalArchive> in(Listing listing, Set<String> backups) {
        Map<String, WalArchive> archives = new TreeMap<>();
        for (StoredFile file : listing.all()) {
            Matcher segment = SEGMENT.matcher(file.name());
            Matcher history = HISTORY.matcher(file.name());
            if ((segment.matches() || history.matches()) && outside(file, backups)) {
                Matcher sub = SUBDIRECTORY.matcher(file.directory());
                archives.computeIfAbsent(
                                sub.matches() ? sub.group(1) : file.directory(),
                                directory -> new WalArchive(listing.storage(), directory))
                        .add(file, segment, history);
            }
        }
        return List.copyOf(archives.values());
    }

    /** The WAL that a backup carries in its own {@code pg_wal}. */
    public static WalArchive inside(Listing listing, String directory) {
        WalArchive archive = new WalArchive(listing.storage(), directory);
        for (StoredFile file : listing.below(directory)) {
            Matcher segment = SEGMENT.matcher(file.name());
            Matcher history = HISTORY.matcher(file.name());
            if (file.directory().equals(directory) && (segment.matches() || history.matches())) {
                archive.add(file, segment, history);
            }
        }
        return archive;
    }

    private static boolean outside(StoredFile file, Set<String> backups) {
        String directory = file.directory();
        while (!directory.isEmpty()) {
            if (backups.contains(directory)) {
                return false;
            }
            int slash = directory.lastIndexOf('/');
            directory = slash < 0 ? "" : directory.substring(0, slash);
        }
        return !backups.contains("");
    }

    private void add(StoredFile file, Matcher segment, Matcher history) {
        if (segment.matches()) {
            segments.put(segment.group(1), file);
            if (segment.group(2) != null) {
                sha1.put(segment.group(1), segment.group(2));
            }
            bytes += file.size();
        } else if (history.matches()) {
            histories.put(Integer.parseUnsignedInt(history.group(1), 16), file);
        }
    }

    public String directory() {
        return directory;
    }

    public int size() {
        return segments.size();
    }

    public long bytes() {
        return bytes;
    }

    /** The first and the last name; null if there is none. */
    public @Nullable String first() {
        return segments.isEmpty() ? null : segments.firstKey();
    }

    public @Nullable String last() {
        return segments.isEmpty() ? null : segments.lastKey();
    }

    public @Nullable StoredFile segment(WalName name) {
        return segments.get(name.toString());
    }

    /** The SHA-1 that the name of the file has; null: it has none. */
    public @Nullable String sha1(WalName name) {
        return sha1.get(name.toString());
    }

    /** The content of a segment, uncompressed. */
    public InputStream open(StoredFile segment) throws IOException {
        InputStream stored = storage.open(segment.key());
        try {
            return Compression.of(segment.name()).open(stored);
        } catch (IOException | RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    /** The history of the newest timeline that descends from one; null: there is none. */
    public @Nullable TimelineHistory newest(int timeline) throws IOException {
        for (Map.Entry<Integer, StoredFile> entry : histories.descendingMap().entrySet()) {
            if (entry.getKey() <= timeline) {
                break;
            }
            TimelineHistory history = history(entry.getKey(), entry.getValue());
            if (history.ancestors().stream().anyMatch(ancestor -> ancestor.timeline() == timeline)) {
                return history;
            }
        }
        return null;
    }

    private TimelineHistory history(int timeline, StoredFile file) throws IOException {
        try (InputStream in = open(file)) {
            return TimelineHistory.parse(timeline, new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8));
        }
    }

    /** The files of histories by name, for a server that is restored. */
    public Map<String, StoredFile> historyFiles() {
        Map<String, StoredFile> files = new TreeMap<>();
        histories.forEach((timeline, file) -> files.put(String.format("%08X.history", timeline), file));
        return files;
    }

    /** The size of segments, from the header of the first that can be read; 16 MiB if none can. */
    public long segmentBytes() throws IOException {
        List<StoredFile> some = new ArrayList<>(segments.values());
        for (StoredFile file : some.subList(0, Math.min(3, some.size()))) {
            try (InputStream in = open(file)) {
                byte[] header = in.readNBytes(HEADER);
                int size = header.length < HEADER
                        ? 0
                        : ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(32);
                if (size >= 1 << 20 && Integer.bitCount(size) == 1) {
                    return size;
                }
            } catch (FormatException | UnsupportedCompressionException e) {
                // the next one may be whole
            }
        }
        return 16 << 20;
    }
}
