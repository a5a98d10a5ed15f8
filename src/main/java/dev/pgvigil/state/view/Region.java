package dev.pgvigil.state.view;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.pgvigil.check.Status;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The targets of one region. */
@Schema(name = "Region")
public record Region(
        @Schema(description = "name of the region; empty: targets without a region")
        String region,

        Status status,
        int total,
        Counts counts) {

    /** The regions of these targets, by name. */
    public static List<Region> of(List<DatabaseSummary> rows) {
        return rows.stream().collect(groupingBy(DatabaseSummary::region, TreeMap::new, toList())).entrySet().stream()
                .map(entry -> of(entry.getKey(), Counts.of(entry.getValue())))
                .toList();
    }

    private static Region of(String name, Counts counts) {
        return new Region(name, counts.worst(), counts.total(), counts);
    }
}
