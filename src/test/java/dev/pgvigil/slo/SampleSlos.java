package dev.pgvigil.slo;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Map;

/** Objectives for tests. */
final class SampleSlos {

    private SampleSlos() {}

    static Slo availability(double ratio, BudgetWindow window) {
        return new Slo(
                "availability", Indicator.AVAILABILITY, null, null, ratio, window, List.of(), Map.of(), Map.of(), null);
    }

    static Slos only(Slo slo) {
        return new Slos(List.of(slo), List.of(), null);
    }

    static Target target(String name) {
        return Target.of(name, new Server("db1", 5432, "pgvigil", new Secret("secret"), Tls.PREFER), "app");
    }
}
