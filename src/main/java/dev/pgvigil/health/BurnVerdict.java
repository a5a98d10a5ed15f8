package dev.pgvigil.health;

import dev.pgvigil.slo.TargetBurn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A group with the budgets of its members, at one time. Immutable.
 *
 * @param whole the group
 * @param members without those that were taken away
 * @param burns by target
 */
record BurnVerdict(HealthCheckResult whole, List<Member> members, Map<String, TargetBurn> burns) {

    BurnVerdict {
        members = List.copyOf(members);
    }

    /** One member: UP unless it is down or taken away. Null: the group has no such member. */
    @Nullable
    HealthCheckResult of(String target) {
        return members.stream()
                .filter(member -> member.target().equals(target))
                .findFirst()
                .map(this::of)
                .orElse(null);
    }

    private HealthCheckResult of(Member member) {
        TargetBurn burn = burns.get(member.target());
        Data data = new Data()
                .text("policy", "burn")
                .text("target", member.target())
                .text("reason", member.up() ? null : member.reason())
                .text("burn", burn == null ? "no objective measures it" : BurnPolicy.text(burn))
                .millis("age_ms", member.age())
                .time("at", member.at());
        return HealthCheckResult.of(whole.name(), member.up(), data);
    }
}
