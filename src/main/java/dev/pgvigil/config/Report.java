package dev.pgvigil.config;

import java.util.List;
import java.util.stream.Collectors;

/** What an operator reads when a configuration is not accepted. */
final class Report {

    private static final String NOTHING = """
            pgvigil has nothing to watch. Set one of these:

              DATABASE_URL=postgresql://pgvigil:secret@db1.internal:5432/shop
                  for one database

              PGVIGIL_CONFIG=/etc/pgvigil.yaml
                  for a fleet; the least that the file can hold:

                  pgvigil:
                    targets:
                      shop:
                        url: postgresql://pgvigil@db1.internal:5432/shop
                        password-file: /run/secrets/shop

            The role needs CONNECT and pg_monitor. docs/configuration.md describes the file.""";

    private Report() {}

    /** All mistakes, one a line, as {@code FILE:LINE: KEY: MESSAGE}. */
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
