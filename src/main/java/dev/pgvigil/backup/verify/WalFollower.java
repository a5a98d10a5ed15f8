package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.TimelineHistory;
import dev.pgvigil.backup.format.WalLimits;
import dev.pgvigil.backup.format.WalName;
import dev.pgvigil.backup.format.WalReader;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows archived WAL from the start of a backup to its first gap, damage or end, over changes of the timeline. What was read is not read
 * again: {@link #advance} continues where the last call stopped. Not thread-safe.
 */
public final class WalFollower {

    private static final Duration SLOWEST = Duration.ofMinutes(5);
    private static final Duration SETTLED = Duration.ofSeconds(10);

    private final long system;
    private final int timeline;
    private final Lsn start;

    private WalReader reader;
    private List<Step> path = List.of();
    private final List<Segment> segments = new ArrayList<>();
    private long segmentBytes;
    private long next = -1;
    private @Nullable Damage damage;
    private @Nullable StoredFile damagedFile;

    /** A timeline, and the first segment that is read of it. */
    private record Step(int timeline, long first) {}

    /** A segment that was read. */
    public record Segment(WalName name, StoredFile file) {}

    /**
     * How far WAL reaches.
     *
     * @param end of the last intact record; null: there is none
     * @param last the last commit; null: there is none
     * @param beforeLast the one before
     * @param damage why it does not reach further although there is more; null: it reaches the end of the archive
     */
    public record Reach(
            @Nullable Lsn end,
            WalReader.@Nullable Commit last,
            WalReader.@Nullable Commit beforeLast,
            int segments,
            long records,
            int timeline,
            @Nullable Damage damage,
            @Nullable WalLimits limits) {}

    /**
     * Follows WAL from a position.
     *
     * @param system the system identifier; 0: that of the first segment
     * @param timeline on which the backup began
     */
    public WalFollower(long system, int timeline, Lsn start) {
        this.system = system;
        this.timeline = timeline;
        this.start = start;
        this.reader = new WalReader(system);
    }

    /** Reads the segments that are there now. */
    public Reach advance(WalArchive archive, Progress progress) throws IOException {
        if (segmentBytes == 0) {
            segmentBytes = archive.segmentBytes();
        }
        try {
            follow(archive.newest(timeline));
        } catch (FormatException e) {
            // Which timeline is the newest is not known; it is read again the next time.
            damage = e.at(archive.directory());
            path = List.of();
            return reach();
        }
        if (damage != null && damage.kind() == Damage.Kind.WAL_GAP) {
            damage = null; // the missing segment may have come
        }
        if (damagedFile != null && !damagedFile.equals(archive.segment(nextName()))) {
            restart(); // it was replaced
        }
        while (damage == null) {
            progress.check();
            WalName name = nextName();
            StoredFile file = archive.segment(name);
            if (file != null && arriving(file)) {
                break;
            }
            if (file == null) {
                damage = gap(archive, name);
                break;
            }
            read(archive, name, file);
            progress.read(segmentBytes);
        }
        return reach();
    }

    private WalName nextName() {
        return WalName.of(timelineOf(next), next, segmentBytes);
    }

    /** A file that is just being written; it is read the next time. */
    private boolean arriving(StoredFile file) {
        Instant now = Instant.now();
        return Compression.of(file.name()) == Compression.NONE
                ? file.size() < segmentBytes && file.modified().plus(SLOWEST).isAfter(now)
                : file.modified().plus(SETTLED).isAfter(now);
    }

    /** The segments that were read without damage, in order. */
    public List<Segment> segments() {
        return List.copyOf(segments);
    }

    private Reach reach() {
        return new Reach(
                reader.end(),
                reader.lastCommit(),
                reader.commitBeforeLast(),
                segments.size(),
                reader.records(),
                segments.isEmpty() ? timeline : segments.getLast().name().timeline(),
                damage,
                reader.limits());
    }

    private void follow(@Nullable TimelineHistory history) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(timeline, 0));
        if (history != null) {
            List<TimelineHistory.Switch> ancestors = history.ancestors();
            for (int i = 0; i < ancestors.size(); i++) {
                int following = i + 1 < ancestors.size() ? ancestors.get(i + 1).timeline() : history.timeline();
                if (ancestors.get(i).timeline() >= timeline) {
                    steps.add(new Step(following, ancestors.get(i).end().value() / segmentBytes));
                }
            }
        }
        if (!steps.equals(path)) {
            path = steps;
            restart();
        }
    }

    private void restart() {
        reader = new WalReader(system);
        segments.clear();
        damage = null;
        damagedFile = null;
        next = start.value() / segmentBytes;
    }

    private int timelineOf(long number) {
        int result = timeline;
        for (Step step : path) {
            if (step.first <= number) {
                result = step.timeline;
            }
        }
        return result;
    }

    private @Nullable Damage gap(WalArchive archive, WalName missing) {
        for (long later = next + 1; later <= next + 64; later++) {
            if (archive.segment(WalName.of(timelineOf(later), later, segmentBytes)) != null) {
                return gap(missing);
            }
        }
        String last = archive.last();
        boolean more = last != null
                && last.startsWith(missing.toString().substring(0, 8))
                && last.compareTo(missing.toString()) > 0;
        return more ? gap(missing) : null;
    }

    private static Damage gap(WalName missing) {
        return new Damage(
                Damage.Kind.WAL_GAP, missing.toString(), "the segment is missing, although there are later ones");
    }

    private void read(WalArchive archive, WalName name, StoredFile file) throws IOException {
        MessageDigest digest = sha1();
        try (InputStream content = archive.open(file);
                DigestInputStream in = new DigestInputStream(content, digest)) {
            reader.read(name, in);
        } catch (FormatException e) {
            damage = new Damage(Damage.Kind.BAD_WAL, file.key(), String.valueOf(e.getMessage()));
            damagedFile = file;
            return;
        }
        String expected = archive.sha1(name);
        if (reader.damage() != null) {
            damage = reader.damage();
        } else if (reader.ended()) {
            damage = new Damage(Damage.Kind.BAD_WAL, file.key(), "the segment was archived before it was complete");
        } else if (expected != null
                && !HexFormat.of().formatHex(digest.digest()).equals(expected)) {
            damage = new Damage(Damage.Kind.WRONG_CHECKSUM, file.key(), "its SHA-1 is not the one in its name");
        } else {
            segments.add(new Segment(name, file));
            next++;
            return;
        }
        damagedFile = file;
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
