package dev.pgvigil.telemetry;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.target.Target;
import java.util.Locale;

/** The labels that identify the server or target of a series. */
final class Names {

    private Names() {}

    static Labels of(Server server) {
        return Labels.NONE.with("server", server.id());
    }

    static Labels of(Target target) {
        return of(target.server()).with("target", target.name(), "datname", target.database());
    }

    /** An enum constant as a label value. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
