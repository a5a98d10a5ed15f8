package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Sequelize and Umzug: {@code SequelizeMeta} with the names alone. They take no lock. */
@Singleton
final class Sequelize implements MigrationTool {

    @Override
    public String name() {
        return "sequelize";
    }

    @Override
    public Set<String> tables() {
        return Set.of("SequelizeMeta");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("name");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of("select max(name) from " + table.qualified(), "select name from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    /** The file's name without its extension, which changes when TypeScript is compiled. */
    @Override
    public String identify(String version) {
        return Versions.file(version).replaceFirst("\\.[cm]?[jt]s$", "");
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run sequelize db:migrate.";
    }
}
