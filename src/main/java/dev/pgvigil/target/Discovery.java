package dev.pgvigil.target;

import java.util.List;
import java.util.Set;

/**
 * Which databases of a server become targets: those that match an include pattern and no exclude pattern. Patterns know
 * {@code *} and {@code ?}. They apply to databases that pgvigil has CONNECT on; the check {@code databases} judges that. Known
 * by name, and never matched, are only providers' own databases that no privilege tells from others.
 */
public record Discovery(List<String> include, List<String> exclude) {

    /** More than this from one entry are left out. */
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
