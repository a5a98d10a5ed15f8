package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Ruby on Rails, 5 and newer: {@code schema_migrations} beside {@code ar_internal_metadata}. */
@Singleton
final class Rails implements MigrationTool {

    static final String METADATA = "ar_internal_metadata";

    private static final long SALT = 2_053_462_845;

    @Override
    public String name() {
        return "rails";
    }

    @Override
    public Set<String> tables() {
        return Set.of("schema_migrations");
    }

    @Override
    public Set<String> companions() {
        return Set.of(METADATA);
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version") && table.companions().containsKey(METADATA);
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return byNumber(table);
    }

    /** Of a table of version numbers, stored as text. */
    static HistoryQuery byNumber(HistoryTable table) {
        return HistoryQuery.of(
                        "select version from " + table.qualified()
                                + " order by case when version::text ~ '^[0-9]+$' then version::text::numeric end"
                                + " desc nulls last, version desc limit 1",
                        "select version from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(SALT * Versions.crc32(table.database()));
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run bin/rails db:migrate.";
    }
}
