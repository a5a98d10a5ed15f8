package dev.pgvigil.watch;

import dev.pgvigil.check.Needs;
import dev.pgvigil.target.ServerFacts;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a server lacks for a check. Pure. */
final class Missing {

    private Missing() {}

    /** The reason not to ask, in words; null if nothing is missing. */
    static @Nullable String of(Needs needs, ServerFacts facts) {
        if (facts.major() < needs.major()) {
            return "needs PostgreSQL " + needs.major() + ", the server is " + facts.version();
        }
        if (!needs.role().allows(facts.role())) {
            return "only on a " + needs.role().name().toLowerCase(Locale.ROOT);
        }
        if (needs.extension() != null && !facts.extensions().containsKey(needs.extension())) {
            return "needs extension " + needs.extension();
        }
        return needs.monitor() && !facts.monitor() ? "needs the role pg_monitor" : null;
    }
}
