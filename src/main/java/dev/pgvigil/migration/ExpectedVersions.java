package dev.pgvigil.migration;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The migrations that a release expects, oldest first, as versions or as names of files. An entry may begin with a tool's name
 * and a colon: {@code flyway:7}. Pure.
 */
record ExpectedVersions(List<String> entries) {

    static final ExpectedVersions NONE = new ExpectedVersions(List.of());

    ExpectedVersions {
        entries = List.copyOf(entries);
    }

    /**
     * Those of one tool: the entries that name it, else those that name none if no other tool keeps a history in the database.
     *
     * @param tools names of all tools that keep one
     */
    List<String> of(String tool, Set<String> tools) {
        String prefix = tool + ":";
        List<String> own = entries.stream()
                .filter(entry -> entry.startsWith(prefix))
                .map(entry -> entry.substring(prefix.length()).strip())
                .toList();
        return own.isEmpty() && tools.size() == 1 ? unprefixed(tools) : own;
    }

    private List<String> unprefixed(Set<String> tools) {
        Set<String> prefixes = tools.stream().map(tool -> tool + ":").collect(toSet());
        return entries.stream()
                .filter(entry -> prefixes.stream().noneMatch(entry::startsWith))
                .toList();
    }

    /** The number of entries that belong to none of the tools. */
    int unassigned(Set<String> tools) {
        List<String> assigned = new ArrayList<>();
        tools.forEach(tool -> assigned.addAll(of(tool, tools)));
        return entries.size() - assigned.size();
    }

    /** Those that are not applied; null: unknown. */
    static @Nullable List<String> pending(MigrationTool tool, List<String> expected, @Nullable List<String> applied) {
        return expected.isEmpty() || applied == null ? null : tool.pending(expected, applied);
    }
}
