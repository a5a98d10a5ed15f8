package dev.pgvigil.backup.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * {@code global/pg_control} of PostgreSQL 13 to 18, little-endian.
 *
 * @param system the system identifier, without sign
 * @param limits the settings that a server which replays this WAL must have at least; null if the layout is another one
 * @param checksums whether the data pages have checksums
 */
public record ControlFile(
        long system, int controlVersion, @Nullable WalLimits limits, boolean checksums, int walSegmentBytes) {

    private static final int LAST_FIELD = 256;
    private static final double FLOAT_FORMAT = 1234567.0;

    /**
     * Reads the content of the file.
     *
     * @throws FormatException if it is too short to be one
     */
    public static ControlFile parse(byte[] content) throws FormatException {
        if (content.length < LAST_FIELD) {
            throw new FormatException(Damage.Kind.WRONG_SIZE, "pg_control has " + content.length + " bytes");
        }
        ByteBuffer control = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        // A constant that PostgreSQL itself uses to see whether it understands the file.
        boolean known = control.getDouble(208) == FLOAT_FORMAT;
        return new ControlFile(
                control.getLong(0),
                control.getInt(8),
                known
                        ? new WalLimits(
                                control.getInt(180),
                                control.getInt(184),
                                control.getInt(188),
                                control.getInt(192),
                                control.getInt(196))
                        : null,
                known && control.getInt(252) != 0,
                known ? control.getInt(228) : 0);
    }

    /** The system identifier as PostgreSQL prints it. */
    public String systemIdentifier() {
        return Long.toUnsignedString(system);
    }
}
