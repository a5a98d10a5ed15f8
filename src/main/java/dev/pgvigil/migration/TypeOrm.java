package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** TypeORM: {@code migrations}, one row an applied migration. It takes no lock. */
@Singleton
final class TypeOrm implements MigrationTool {

    private static final Pattern STAMP = Pattern.compile("[0-9]{13}");

    @Override
    public String name() {
        return "typeorm";
    }

    @Override
    public Set<String> tables() {
        return Set.of("migrations", "typeorm_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("id", "timestamp", "name");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                        "select name from " + table.qualified() + " order by id desc limit 1",
                        "select name from " + table.qualified())
                .applied("select count(*) from " + table.qualified());
    }

    /** By the time stamp that ends the class name and begins the file name: {@code 1767225600000-Orders.ts}. */
    @Override
    public String identify(String version) {
        Matcher stamp = STAMP.matcher(Versions.file(version));
        return stamp.find() ? stamp.group() : version;
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run typeorm migration:run.";
    }
}
