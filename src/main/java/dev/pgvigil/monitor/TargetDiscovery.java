package dev.pgvigil.monitor;

import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.Target;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The targets of a server: configured and discovered ones. Pure. */
final class TargetDiscovery {

    private TargetDiscovery() {}

    /**
     * The targets, the configured ones first.
     *
     * @param databases names of the server's databases that can be connected to
     */
    static List<Target> targets(Collection<Target> configured, List<String> databases) {
        Map<String, Target> targets = new LinkedHashMap<>();
        Set<String> covered = new HashSet<>();
        configured.forEach(target -> {
            targets.put(target.name(), target);
            covered.add(target.database());
        });
        for (Target target : configured) {
            Discovery discovery = target.discovery();
            if (discovery != null) {
                databases.stream()
                        .filter(database -> discovery.matches(database) && covered.add(database))
                        .limit(Discovery.MOST)
                        .map(target::discovered)
                        .forEach(found -> targets.put(found.name(), found));
            }
        }
        return List.copyOf(targets.values());
    }
}
