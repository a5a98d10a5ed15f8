package dev.pgvigil.target;

import java.util.List;
import java.util.Set;

/**
 * Selects the databases of a server that become targets: those that match an include pattern and no exclude pattern. Patterns
 * support {@code *} and {@code ?}. They apply to databases on which pgvigil has CONNECT, as the check {@code databases} finds
 * out. Internal databases of cloud providers that no privilege distinguishes are excluded by name.
 */
public record Discovery(List<String> include, List<String> exclude) {

    /** Further databases of an entry are left out. */
    public static final int MOST = 1000;

    private static final Set<String> PROVIDERS_OWN =
            Set.of("rdsadmin", "cloudsqladmin", "alloydbadmin", "azure_maintenance", "azure_sys");

    public Discovery {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    public boolean matches(String database) {
        return !PROVIDERS_OWN.contains(database)
                && include.stream().anyMatch(pattern -> new Glob(pattern).matches(database))
                && exclude.stream().noneMatch(pattern -> new Glob(pattern).matches(database));
    }
}
