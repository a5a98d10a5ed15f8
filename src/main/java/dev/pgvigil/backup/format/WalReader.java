package dev.pgvigil.backup.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads consecutive WAL segments of PostgreSQL 13 to 18 as replay does: page headers, positions, and the checksum of every record. It stops at the
 * first byte that replay would not accept. Memory is bounded, however long a record says it is. Not thread-safe.
 */
public final class WalReader {

    /** A commit, and where its record ends. */
    public record Commit(Instant time, Lsn end) {}

    /** PostgreSQL's major version by the magic number of its WAL pages. */
    private static final Map<Integer, Integer> MAJORS =
            Map.of(0xD106, 13, 0xD10D, 14, 0xD110, 15, 0xD113, 16, 0xD116, 17, 0xD118, 18);

    private static final int SHORT_HEADER = 24;
    private static final int LONG_HEADER = 40;
    private static final int RECORD_HEADER = 24;
    private static final int CONTINUES = 0x0001;
    private static final int LONG = 0x0002;
    private static final int OVERWRITES = 0x0008;
    private static final int LARGEST_RECORD = 1020 << 20;
    private static final long EPOCH_2000_SECONDS = 946_684_800;

    // The cluster
    private long system;
    private boolean systemKnown;
    private int magic;
    private long segmentBytes;
    private int pageBytes;

    // The position
    private long address = -1;
    private int timeline;
    private @Nullable Damage damage;
    private boolean ended;

    // The record that is being read
    private final WalRecord record = new WalRecord();
    private long skip;
    private boolean switched;
    private long previous = -1;

    // What was found
    private long records;
    private long commits;
    private @Nullable Commit beforeLast;
    private @Nullable Commit last;
    private @Nullable Lsn begin;
    private @Nullable Lsn end;
    private @Nullable WalLimits limits;

    /** Reads WAL of this cluster only; 0: of whichever the first segment belongs to. */
    public WalReader(long system) {
        this.system = system;
        this.systemKnown = system != 0;
    }

    /**
     * Reads the next segment. Does nothing after damage or the end of WAL.
     *
     * @param name by which it is known
     * @param in its content, uncompressed; read up to the length of a segment
     */
    public void read(WalName name, InputStream in) throws IOException {
        if (damage != null || ended) {
            return;
        }
        byte[] header = in.readNBytes(LONG_HEADER);
        if (!accepts(name, header)) {
            return;
        }
        byte[] page = new byte[pageBytes];
        System.arraycopy(header, 0, page, 0, LONG_HEADER);
        int have = LONG_HEADER;
        long begin = name.number(segmentBytes) * segmentBytes;
        switched = false;
        for (long offset = 0; offset < segmentBytes; offset += pageBytes) {
            have += in.readNBytes(page, have, pageBytes - have);
            if (have < pageBytes) {
                damaged(
                        name,
                        offset + have,
                        "the segment is truncated: " + (offset + have) + " of " + segmentBytes + " bytes");
                return;
            }
            have = 0;
            if (!switched && !page(name, page, begin + offset, offset)) {
                return;
            }
        }
        if (in.read() >= 0) {
            damaged(name, segmentBytes, "the segment is longer than " + segmentBytes + " bytes");
            return;
        }
        address = begin + segmentBytes;
    }

    private boolean accepts(WalName name, byte[] header) {
        if (header.length < LONG_HEADER) {
            return damaged(name, 0, "the segment is truncated: " + header.length + " bytes");
        }
        ByteBuffer first = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        int found = first.getShort(0) & 0xFFFF;
        if (!MAJORS.containsKey(found) || (first.getShort(2) & LONG) == 0) {
            return damaged(name, 0, "it does not begin as a WAL segment of PostgreSQL 13 to 18");
        }
        if (magic != 0 && magic != found) {
            return damaged(name, 0, "it was written by PostgreSQL " + MAJORS.get(found) + ", not " + major());
        }
        if (systemKnown && system != first.getLong(24)) {
            damage = new Damage(
                    Damage.Kind.WRONG_SYSTEM,
                    name.toString(),
                    "it belongs to the cluster " + Long.toUnsignedString(first.getLong(24)) + ", not "
                            + Long.toUnsignedString(system));
            return false;
        }
        int bytes = first.getInt(32);
        int page = first.getInt(36);
        if (Integer.bitCount(bytes) != 1
                || bytes < 1 << 20
                || Integer.bitCount(page) != 1
                || page < 1024
                || page > 1 << 16
                || (segmentBytes != 0 && segmentBytes != bytes)) {
            return damaged(name, 32, "the sizes in its header are impossible");
        }
        long begin = name.number(bytes) * bytes;
        if (first.getLong(8) != begin) {
            return damaged(
                    name,
                    8,
                    "its content is that of " + new Lsn(first.getLong(8))
                            + ": it was renamed, or recycled and never written");
        }
        if (address >= 0 && address != begin) {
            damage = new Damage(Damage.Kind.WAL_GAP, name.toString(), "WAL is missing from " + new Lsn(address));
            return false;
        }
        if (this.begin == null) {
            this.begin = new Lsn(begin);
        }
        magic = found;
        system = first.getLong(24);
        systemKnown = true;
        segmentBytes = bytes;
        pageBytes = page;
        return true;
    }

    private boolean page(WalName name, byte[] bytes, long at, long offset) {
        ByteBuffer page = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int found = page.getShort(0) & 0xFFFF;
        // A segment that is being written is filled with zeros, or has the pages of the segment that it was made from.
        if (found != magic || page.getLong(8) != at) {
            boolean unwritten = found == 0 || Long.compareUnsigned(page.getLong(8), at) < 0;
            return unwritten ? ends() : damaged(name, offset, "the header of a page is damaged");
        }
        int pageTimeline = page.getInt(4);
        if (Integer.compareUnsigned(pageTimeline, name.timeline()) > 0
                || Integer.compareUnsigned(pageTimeline, timeline) < 0) {
            damage = new Damage(
                    Damage.Kind.WRONG_TIMELINE,
                    name + " at " + new Lsn(at),
                    "a page belongs to timeline " + pageTimeline);
            return false;
        }
        timeline = pageTimeline;
        int info = page.getShort(2);
        int position = (info & LONG) != 0 ? LONG_HEADER : SHORT_HEADER;
        if ((info & OVERWRITES) != 0) {
            record.abandon();
            skip = 0;
            previous = -1;
        }
        if ((info & CONTINUES) != 0) {
            long rest = page.getInt(16) & 0xFFFF_FFFFL;
            boolean begun = record.open() || records > 0;
            if (begun && rest != (record.open() ? record.missing() : skip)) {
                return damaged(name, offset + 16, "a record does not continue as it began");
            }
            if (!begun) {
                // The beginning of the record is in a segment before the first.
                skip = rest;
            }
        } else if (record.open()) {
            return damaged(name, offset, "a record does not continue");
        }
        return records(name, bytes, page, position, at);
    }

    private boolean records(WalName name, byte[] bytes, ByteBuffer page, int from, long at) {
        int position = from;
        while (position < pageBytes && !switched) {
            if (skip > 0) {
                int step = (int) Math.min(skip, pageBytes - position);
                skip -= step;
                position = aligned(position + step);
            } else {
                if (!record.open()) {
                    int length = page.getInt(position);
                    if (length == 0) {
                        return ends();
                    }
                    if (length < RECORD_HEADER || length > LARGEST_RECORD) {
                        return damaged(name, at + position - segment(at), "a record of " + length + " bytes");
                    }
                    record.begin(at + position, length);
                }
                int step = Math.min(record.missing(), pageBytes - position);
                record.add(bytes, position, step);
                position = aligned(position + step);
                if (record.missing() == 0 && !complete(name, at + position)) {
                    return false;
                }
            }
        }
        return true;
    }

    private long segment(long at) {
        return at - at % segmentBytes;
    }

    private boolean complete(WalName name, long next) {
        if (!record.intact()) {
            return damaged(
                    name,
                    record.begin() - segment(record.begin()),
                    "the checksum of the record at " + new Lsn(record.begin()) + " is wrong");
        }
        if (previous >= 0 && record.previous() != previous) {
            return damaged(
                    name,
                    record.begin() - segment(record.begin()),
                    "the record at " + new Lsn(record.begin()) + " does not follow the one before");
        }
        previous = record.begin();
        records++;
        end = new Lsn(next);
        long committed = record.commitMicros();
        if (committed != Long.MIN_VALUE) {
            commits++;
            beforeLast = last;
            last = new Commit(
                    Instant.ofEpochSecond(
                            EPOCH_2000_SECONDS + Math.floorDiv(committed, 1_000_000L),
                            Math.floorMod(committed, 1_000_000L) * 1000),
                    new Lsn(next));
        }
        WalLimits changed = record.limits();
        if (changed != null) {
            limits = limits == null ? changed : limits.max(changed);
        }
        switched = record.isSwitch();
        record.abandon();
        return true;
    }

    private static int aligned(int position) {
        return (position + 7) & ~7;
    }

    private boolean ends() {
        ended = true;
        return false;
    }

    private boolean damaged(WalName name, long offset, String text) {
        damage = new Damage(Damage.Kind.BAD_WAL, String.format(Locale.ROOT, "%s at byte %d", name, offset), text);
        return false;
    }

    /** What stopped it; null: nothing yet. */
    public @Nullable Damage damage() {
        return damage;
    }

    /** Whether it came to the end of what was written. An archived segment never ends so: it is full, or ends with a switch. */
    public boolean ended() {
        return ended;
    }

    /** The system identifier; 0 before the first segment. */
    public long system() {
        return system;
    }

    /** PostgreSQL's major version; 0 before the first segment. */
    public int major() {
        return MAJORS.getOrDefault(magic, 0);
    }

    /** The size of a segment; 0 before the first. */
    public long segmentBytes() {
        return segmentBytes;
    }

    /** Number of intact records. */
    public long records() {
        return records;
    }

    /** Number of commits among them. */
    public long commits() {
        return commits;
    }

    /** The commit with the largest position; null: none. */
    public @Nullable Commit lastCommit() {
        return last;
    }

    /** The commit before it; null: none. */
    public @Nullable Commit commitBeforeLast() {
        return beforeLast;
    }

    /** Where the first segment begins; null: none was read. */
    public @Nullable Lsn begin() {
        return begin;
    }

    /** The end of the last intact record; null: none. */
    public @Nullable Lsn end() {
        return end;
    }

    /** The largest settings that the WAL says were in use; null: it says nothing. */
    public @Nullable WalLimits limits() {
        return limits;
    }
}
