package dev.pgvigil.target;

import java.util.List;
import java.util.Set;

/**
 * Which databases of a server become targets: those that match an include pattern and no exclude pattern. Patterns know
 * {@code *} and {@code ?}. Templates and the administrative databases of cloud providers never match.
 */
public record Discovery(List<String> include, List<String> exclude) {

    /** More than this from one entry are left out. */
    public static final int MOST = 1000;

    private static final Set<String> ADMINISTRATIVE = Set.of(
            "template0", "template1", "rdsadmin", "cloudsqladmin", "alloydbadmin", "azure_maintenance", "azure_sys");

    public Discovery {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    public boolean matches(String database) {
        return !ADMINISTRATIVE.contains(database)
                && include.stream().anyMatch(pattern -> new Glob(pattern).matches(database))
                && exclude.stream().noneMatch(pattern -> new Glob(pattern).matches(database));
    }
}
