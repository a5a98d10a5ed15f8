package dev.pgvigil.status;

import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the public sees.
 *
 * @param enabled false: there is no such page
 * @param url address of this pgvigil for outsiders, without a path; null: feeds have relative links
 * @param stateFile null: a restart forgets the history
 */
record StatusPage(
        boolean enabled,
        String title,
        @Nullable String url,
        List<Component> components,
        @Nullable String stateFile) {

    StatusPage {
        components = List.copyOf(components);
    }

    /** A part of the service as outsiders know it; the names of its databases stay inside. */
    record Component(String id, String name, List<Glob> targets) {

        Component {
            targets = List.copyOf(targets);
        }

        boolean selects(Target target) {
            return targets.stream().anyMatch(glob -> glob.matches(target.name()));
        }
    }
}
