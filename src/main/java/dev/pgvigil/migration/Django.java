package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Django: {@code django_migrations}, one row an applied migration of an app. */
@Singleton
final class Django implements MigrationTool {

    private static final Pattern FILE = Pattern.compile("(?:.*/)?([^/]+)/migrations/([^/]+)\\.py");

    @Override
    public String name() {
        return "django";
    }

    @Override
    public Set<String> tables() {
        return Set.of("django_migrations");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("id", "app", "name", "applied");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String name = "select app || '.' || name from " + table.qualified();
        return HistoryQuery.of(name + " order by id desc limit 1", name)
                .applied("select count(*) from " + table.qualified())
                .appliedAt(HistoryQuery.zoned("select max(applied) from " + table.qualified()));
    }

    /** {@code shop.0001_initial}, also of {@code shop/migrations/0001_initial.py}. */
    @Override
    public String identify(String version) {
        Matcher file = FILE.matcher(version);
        return file.matches() ? file.group(1) + "." + file.group(2) : version;
    }

    @Override
    public String afterFailure() {
        return "Correct the migration and run manage.py migrate.";
    }
}
