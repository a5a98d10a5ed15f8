package dev.pgvigil.probe;

import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.ServerFacts;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Which targets belong to a group: those that meet all that is given.
 *
 * @param names of targets, one of which must match; empty: any
 * @param region empty: any
 * @param role that the server has now
 */
record Selection(List<Glob> names, Map<String, String> tags, String region, ExpectedRole role) {

    static final Selection EVERYTHING = new Selection(List.of(), Map.of(), "", ExpectedRole.ANY);

    Selection {
        names = List.copyOf(names);
        tags = Map.copyOf(tags);
    }

    /**
     * Whether the target belongs.
     *
     * @param facts of its server; null: never reached
     */
    boolean selects(Target target, @Nullable ServerFacts facts) {
        return hasRole(target, facts)
                && (region.isEmpty() || region.equals(target.region()))
                && tags.entrySet().stream().allMatch(tag -> carries(target, tag))
                && (names.isEmpty() || names.stream().anyMatch(name -> name.matches(target.name())));
    }

    private static boolean carries(Target target, Entry<String, String> tag) {
        return tag.getValue().equals(target.tags().get(tag.getKey()));
    }

    /** While the role is not known, a target that may have it belongs: left out, it could not be missed. */
    private boolean hasRole(Target target, @Nullable ServerFacts facts) {
        return switch (role) {
            case ANY -> true;
            case PRIMARY -> facts == null ? target.role() != ExpectedRole.REPLICA : role.allows(facts.role());
            case REPLICA -> facts == null ? target.role() != ExpectedRole.PRIMARY : role.allows(facts.role());
        };
    }
}
