package dev.pgvigil.migration;

import jakarta.inject.Singleton;
import java.util.Set;

/** Hasura, version 2: the state of its command line in {@code hdb_catalog.hdb_version}. */
@Singleton
final class Hasura implements MigrationTool {

    @Override
    public String name() {
        return "hasura";
    }

    @Override
    public Set<String> tables() {
        return Set.of("hdb_version");
    }

    @Override
    public boolean recognizes(HistoryTable table) {
        return table.has("hasura_uuid", "cli_state");
    }

    @Override
    public HistoryQuery query(HistoryTable table) {
        String entries = " from (select m.key as version, m.value as dirty from " + table.qualified()
                + " h, pg_catalog.jsonb_each(case when pg_catalog.jsonb_typeof(h.cli_state::jsonb -> 'migrations') = 'object'"
                + " then h.cli_state::jsonb -> 'migrations' else '{}' end) s,"
                + " pg_catalog.jsonb_each_text(case when pg_catalog.jsonb_typeof(s.value) = 'object' then s.value"
                + " else '{}' end) m) e";
        return HistoryQuery.of("select max(version::numeric)" + entries, "select version" + entries)
                .applied("select count(*)" + entries + " where dirty <> 'true'")
                .dirty("select true" + entries + " where dirty = 'true' limit 1")
                .unfinished("select version" + entries + " where dirty = 'true' order by version desc limit 1");
    }

    @Override
    public String identify(String version) {
        return Versions.number(version);
    }

    @Override
    public String afterFailure() {
        return "Undo or complete what the migration has done, then run hasura migrate apply.";
    }
}
