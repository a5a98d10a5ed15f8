package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/** Alembic: {@code alembic_version}, the current heads alone. */
@Singleton
final class Alembic implements MigrationTool {

    @Override
    public String name() {
        return "alembic";
    }

    @Override
    public Set<String> tables() {
        return Set.of("alembic_version");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.hasOnly("version_num");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        return HistoryQuery.of(
                "select pg_catalog.string_agg(version_num, ', ' order by version_num) from " + table.qualified(),
                "select version_num from " + table.qualified());
    }

    /** The revision of {@code ae1027a6acf_add_column.py}. */
    @Override
    public String identify(String version) {
        String file = Versions.file(version);
        int name = file.indexOf('_');
        return file.endsWith(".py") && name > 0 ? file.substring(0, name) : file;
    }

    /** What comes after the newest of the heads. */
    @Override
    public List<String> pending(List<String> expected, List<String> applied) {
        List<String> known = expected.stream().map(this::identify).toList();
        int newest = applied.stream().mapToInt(known::lastIndexOf).max().orElse(-1);
        return known.subList(newest + 1, known.size());
    }

    @Override
    public String afterFailure() {
        return "Correct the revision and run alembic upgrade head.";
    }
}
