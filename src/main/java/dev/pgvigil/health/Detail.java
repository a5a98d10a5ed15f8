package dev.pgvigil.health;

import dev.pgvigil.check.Finding;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.Locale;

/** The details of one target from the snapshot, as flat data. Pure. */
final class Detail {

    private static final int NAMED = 10;

    private Detail() {}

    static HealthCheckResult of(TargetState state, Snapshot snapshot, Instant now) {
        Member member = GroupPolicy.UNHEALTHY.evaluate(TargetObservation.of(state, snapshot, now));
        Role role = snapshot.serverOf(state).role();
        Target target = state.target();
        Data data = new Data()
                .text("status", lower(member.status()))
                .text("reason", member.up() ? null : member.cause().get())
                .time("since", state.since())
                .millis("age_ms", member.age())
                .millis("bound_ms", snapshot.staleAfter())
                .time("at", member.at())
                .text("server", target.server().id())
                .text("database", target.database())
                .text("region", target.region())
                .text("role", role == null ? null : lower(role))
                .number("findings", state.findings().size());
        state.findings().stream().limit(NAMED).forEach(finding -> data.text(finding.key(), summary(finding)));
        return HealthCheckResult.of("target:" + target.name(), member.up(), data);
    }

    private static String summary(Finding finding) {
        return lower(finding.status()) + ": " + finding.title() + ": " + finding.observed();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
