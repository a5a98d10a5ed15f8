package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Supabase: {@code supabase_migrations.schema_migrations}, with the statements. */
@Singleton
final class Supabase implements MigrationTool {

    @Override
    public String name() {
        return "supabase";
    }

    @Override
    public Set<String> tables() {
        return Set.of("schema_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("version", "statements");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return Rails.byNumber(table);
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run supabase db push.";
    }
}
