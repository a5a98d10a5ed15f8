package dev.pgvigil.slo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configured objectives.
 *
 * @param stateFile where counts are kept over a restart; null: they are not
 */
record Slos(
        List<Slo> all,
        List<Maintenance> maintenance,
        @Nullable String stateFile) {

    static final Slos NONE = new Slos(List.of(), List.of(), null);

    Slos {
        all = List.copyOf(all);
        maintenance = List.copyOf(maintenance);
    }

    @Nullable
    Slo named(String name) {
        return all.stream().filter(slo -> slo.name().equals(name)).findFirst().orElse(null);
    }
}
