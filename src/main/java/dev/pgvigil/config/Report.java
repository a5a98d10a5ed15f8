package dev.pgvigil.config;

import java.util.List;
import java.util.stream.Collectors;

/** The report for an operator when a configuration is rejected. */
final class Report {

    private static final String NOTHING = """
            pgvigil has no database to monitor. Set one of these variables:

              DATABASE_URL=postgresql://pgvigil:secret@db1.internal:5432/shop
                  for one database

              PGVIGIL_CONFIG=/etc/pgvigil.yaml
                  for several databases; a minimal file:

                  pgvigil:
                    targets:
                      shop:
                        url: postgresql://pgvigil@db1.internal:5432/shop
                        password-file: /run/secrets/shop

            The role needs CONNECT and pg_monitor. docs/configuration.md describes the file.""";

    private Report() {}

    /** All errors, one per line, as {@code FILE:LINE: KEY: MESSAGE}. */
    static String of(ConfigOrigin origin, List<Problem> problems) {
        return switch (origin) {
            case ConfigOrigin.Nothing _ -> NOTHING;
            case ConfigOrigin.File file ->
                problems.stream()
                        .map(problem -> file.name() + ":" + (problem.line() > 0 ? problem.line() + ": " : " ")
                                + problem.key() + ": " + problem.message())
                        .collect(Collectors.joining("\n"));
            case ConfigOrigin.Url _ -> problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
        };
    }
}
