package dev.pgvigil.telemetry;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.target.Target;
import java.util.Locale;

/** The labels that say whose a series is. */
final class Names {

    private Names() {}

    static Labels of(Server server) {
        return Labels.NONE.with("server", server.id());
    }

    static Labels of(Target target) {
        return of(target.server()).with("target", target.name(), "datname", target.database());
    }

    /** An enum's constant as a label's value. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
