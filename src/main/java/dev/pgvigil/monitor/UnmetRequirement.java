package dev.pgvigil.monitor;

import dev.pgvigil.check.Requirements;
import dev.pgvigil.postgres.ServerFacts;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a server lacks for a check. Pure. */
final class UnmetRequirement {

    private UnmetRequirement() {}

    /** The reason not to ask, in words; null if nothing is missing. */
    static @Nullable String of(Requirements requirements, ServerFacts facts) {
        if (facts.major() < requirements.major()) {
            return "needs PostgreSQL " + requirements.major() + ", the server is " + facts.version();
        }
        if (!requirements.role().allows(facts.role())) {
            return "only on a " + requirements.role().name().toLowerCase(Locale.ROOT);
        }
        if (requirements.extension() != null && !facts.extensions().containsKey(requirements.extension())) {
            return "needs extension " + requirements.extension();
        }
        return requirements.monitor() && !facts.monitor() ? "needs the role pg_monitor" : null;
    }
}
