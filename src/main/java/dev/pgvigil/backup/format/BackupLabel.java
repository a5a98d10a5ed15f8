package dev.pgvigil.backup.format;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code backup_label}, or the {@code .backup} file of a WAL archive, which also has the end.
 *
 * @param started null if the zone of the server is not UTC or known by an unambiguous name
 */
public record BackupLabel(
        @Nullable Lsn start,
        @Nullable Lsn checkpoint,
        int timeline,
        @Nullable Instant started,
        @Nullable Lsn stop,
        @Nullable Instant stopped,
        @Nullable Lsn incrementalFrom) {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss zzz", Locale.ROOT);

    public static BackupLabel parse(String text) {
        Map<String, String> lines = new HashMap<>();
        for (String line : text.split("\n", 100)) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                lines.put(line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        return new BackupLabel(
                position(lines.get("START WAL LOCATION")),
                position(lines.get("CHECKPOINT LOCATION")),
                number(lines.get("START TIMELINE")),
                time(lines.get("START TIME")),
                position(lines.get("STOP WAL LOCATION")),
                time(lines.get("STOP TIME")),
                position(lines.get("INCREMENTAL FROM LSN")));
    }

    private static @Nullable Lsn position(@Nullable String text) {
        return text == null ? null : Lsn.parse(text.split(" ", 2)[0]);
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            if (text == null) {
                return null;
            }
            ZonedDateTime time = ZonedDateTime.parse(text.replace(" GMT", " UTC"), TIME);
            return time.getZone().equals(ZoneOffset.UTC)
                            || time.getZone().getId().equals("UTC")
                    ? time.toInstant()
                    : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
