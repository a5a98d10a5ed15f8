package dev.pgvigil.migration;

import static java.util.stream.Collectors.joining;

import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Flyway: {@code flyway_schema_history}, one row a migration; the rows of undone migrations stay. */
@Singleton
final class Flyway implements MigrationTool {

    /** "Flywa" in five bytes, and "y" added. */
    private static final long LOCK = 77_431_708_279_161L;

    private static final Pattern FILE = Pattern.compile("[VBU]([0-9][0-9._]*)__.*");

    @Override
    public String name() {
        return "flyway";
    }

    @Override
    public Set<String> tables() {
        return Set.of("flyway_schema_history", "schema_version");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("installed_rank", "version", "type", "script", "installed_on", "success");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        // The last row of a version counts: it may have been undone, or deleted by a repair.
        String applied = """
                (select distinct on (version) version, type, success, installed_rank from %s
                  where version is not null order by version, installed_rank desc) h
                where success and type not like 'UNDO%%' and type <> 'DELETE'""".formatted(table.qualified());
        return HistoryQuery.of("select version from " + applied + """
                 order by case when version ~ '^[0-9]+([._][0-9]+)*$'
                   then pg_catalog.string_to_array(pg_catalog.translate(version, '_', '.'), '.')::numeric[] end
                   desc nulls last, installed_rank desc limit 1""", "select version from " + applied)
                .applied("select count(*) from " + applied)
                .appliedAt(HistoryQuery.local("select max(installed_on) from " + table.qualified() + " where success"))
                .failed("select coalesce(version, script) from " + table.qualified()
                        + " where not success order by installed_rank desc limit 1");
    }

    @Override
    public Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of(LOCK + table.qualified().hashCode());
    }

    /** A version by its numbers: {@code 1_2} is {@code 1.2.0}. */
    @Override
    public String identify(String version) {
        Matcher file = FILE.matcher(Versions.file(version));
        String number = file.matches() ? file.group(1) : version;
        List<String> parts = new ArrayList<>(List.of(number.split("[._]")));
        while (parts.size() > 1 && parts.getLast().matches("0+")) {
            parts.removeLast();
        }
        return parts.stream().map(part -> part.replaceFirst("^0+(?=.)", "")).collect(joining("."));
    }

    @Override
    public String afterFailure() {
        return "Undo what the migration has done outside a transaction, then run flyway repair and flyway migrate.";
    }
}
