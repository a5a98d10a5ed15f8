package dev.pgvigil.backup.format;

import java.util.ArrayList;
import java.util.List;

/** A {@code .history} file: the timelines before one, oldest first, each with the position at which the next began. */
public record TimelineHistory(int timeline, List<Switch> ancestors) {

    /** The end of a timeline within this history. */
    public record Switch(int timeline, Lsn end) {}

    public TimelineHistory {
        ancestors = List.copyOf(ancestors);
    }

    /**
     * Reads the content of the file.
     *
     * @throws FormatException if a line is not one of a history
     */
    public static TimelineHistory parse(int timeline, String text) throws FormatException {
        List<Switch> ancestors = new ArrayList<>();
        for (String line : text.split("\n", 10_000)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.strip().split("\\s+", 3);
            Lsn end = fields.length < 2 ? null : Lsn.parse(fields[1]);
            if (end == null || !fields[0].matches("[0-9]{1,9}")) {
                throw new FormatException(Damage.Kind.WRONG_TIMELINE, "a line of the timeline history is damaged");
            }
            ancestors.add(new Switch(Integer.parseInt(fields[0]), end));
        }
        return new TimelineHistory(timeline, ancestors);
    }
}
