package dev.pgvigil.backup.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The record that is being read: its first bytes, and the checksum of the rest. */
final class WalRecord {

    private static final int HEADER = 24;
    /** Commits and changes of settings have what is read of them within so many bytes. */
    private static final int KEPT = 256;

    private static final int XLOG = 0;
    private static final int TRANSACTION = 1;

    private final byte[] head = new byte[KEPT];
    private final ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private long begin;
    private int length;
    private int have;

    void begin(long at, int bytes) {
        begin = at;
        length = bytes;
        have = 0;
        crc.reset();
    }

    void abandon() {
        length = 0;
        have = 0;
    }

    boolean open() {
        return length > 0;
    }

    int missing() {
        return length - have;
    }

    long begin() {
        return begin;
    }

    void add(byte[] bytes, int from, int count) {
        if (have < KEPT) {
            System.arraycopy(bytes, from, head, have, Math.min(count, KEPT - have));
        }
        int left = Math.min(count, Math.max(0, HEADER - have));
        crc.update(bytes, from + left, count - left);
        have += count;
    }

    /** Whether the checksum is right: over what follows the header, then the header up to the checksum. */
    boolean intact() {
        crc.update(head, 0, 20);
        return (int) crc.getValue() == fields.getInt(20);
    }

    long previous() {
        return fields.getLong(8);
    }

    boolean isSwitch() {
        return manager() == XLOG && operation() == 0x40;
    }

    /** The time of a commit in microseconds since 2000; the least value if it is another record. */
    long commitMicros() {
        boolean commit = manager() == TRANSACTION && ((operation() & 0x70) == 0 || (operation() & 0x70) == 0x30);
        int data = commit ? mainData() : -1;
        return data < 0 || data + 8 > Math.min(length, KEPT) ? Long.MIN_VALUE : fields.getLong(data);
    }

    /** The settings of a record that says that they changed; null if it is another one. */
    @Nullable
    WalLimits limits() {
        int data = manager() == XLOG && operation() == 0x60 ? mainData() : -1;
        return data < 0 || data + 20 > Math.min(length, KEPT)
                ? null
                : new WalLimits(
                        fields.getInt(data),
                        fields.getInt(data + 4),
                        fields.getInt(data + 8),
                        fields.getInt(data + 12),
                        fields.getInt(data + 16));
    }

    private int manager() {
        return head[17] & 0xFF;
    }

    private int operation() {
        return head[16] & 0xF0;
    }

    /** Where the main data begins in a record that refers to no block; -1: it does, or has none. */
    private int mainData() {
        int position = HEADER;
        while (position + 5 <= Math.min(length, KEPT)) {
            switch (head[position] & 0xFF) {
                case 255 -> {
                    return position + 2;
                }
                case 254 -> {
                    return position + 5;
                }
                case 253 -> position += 3;
                case 252 -> position += 5;
                default -> {
                    return -1; // a reference to a block
                }
            }
        }
        return -1;
    }
}
