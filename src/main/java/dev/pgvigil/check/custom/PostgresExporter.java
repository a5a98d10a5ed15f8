package dev.pgvigil.check.custom;

import static dev.pgvigil.check.custom.CustomQuery.Usage.COUNTER;
import static dev.pgvigil.check.custom.CustomQuery.Usage.GAUGE;
import static dev.pgvigil.check.custom.CustomQuery.Usage.LABEL;

import dev.pgvigil.check.RawText;
import dev.pgvigil.check.custom.CustomQuery.Column;
import dev.pgvigil.check.custom.CustomQuery.Usage;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The series that common dashboards and rules for postgres_exporter use, as queries of {@link PostgresExporterSeries}. Names, labels and units
 * are those of postgres_exporter 0.15 to 0.18; columns that PostgreSQL moved are read where they are.
 */
final class PostgresExporter {

    /** A name of a shared catalogue, which is read as its bytes; its column is marked with {@code ~}. */
    private static final Pattern NAME = Pattern.compile("\\{([a-z._]+)\\}");

    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final Duration SLOW = Duration.ofMinutes(5);
    private static final Duration EACH_MINUTE = Duration.ofMinutes(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private PostgresExporter() {}

    /** Queries of the whole server. */
    static List<CustomQuery> server() {
        List<CustomQuery> queries = new ArrayList<>();
        queries.add(of(
                "pg_stat_activity",
                INTERVAL,
                ">=14",
                """
                select {d.datname} as datname, coalesce(s.state, 'disabled') as state,
                  {s.usename} as usename, coalesce(s.backend_type, '') as backend_type,
                  coalesce(s.wait_event_type, '') as wait_event_type, coalesce(s.wait_event, '') as wait_event,
                  count(*) as count,
                  coalesce(max(extract(epoch from now() - s.xact_start)), 0) as max_tx_duration
                from pg_stat_activity s left join pg_database d on d.oid = s.datid
                group by 1, 2, 3, 4, 5, 6
                order by count(*) desc
                limit 500""",
                "~datname state ~usename backend_type wait_event_type wait_event",
                "count max_tx_duration",
                ""));
        queries.add(of(
                "pg_stat_database",
                INTERVAL,
                ">=14",
                """
                select datid, {datname} as datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit,
                  tup_returned, tup_fetched, tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
                  blk_read_time, blk_write_time, stats_reset, active_time / 1000.0 as active_time_seconds_total
                from pg_stat_database
                order by datid
                limit 200""",
                "datid ~datname",
                "numbackends",
                "xact_commit xact_rollback blks_read blks_hit tup_returned tup_fetched "
                        + "tup_inserted tup_updated tup_deleted conflicts temp_files temp_bytes deadlocks blk_read_time blk_write_time "
                        + "stats_reset active_time_seconds_total"));
        queries.add(of(
                "pg_stat_database_conflicts",
                INTERVAL,
                ">=14",
                """
                select datid, {datname} as datname, confl_tablespace, confl_lock, confl_snapshot, confl_bufferpin, confl_deadlock
                from pg_stat_database_conflicts
                order by datid
                limit 200""",
                "datid ~datname",
                "",
                "confl_tablespace confl_lock confl_snapshot confl_bufferpin confl_deadlock"));
        queries.add(of("pg_locks", INTERVAL, ">=14", """
                select {d.datname} as datname, m.mode, coalesce(l.count, 0) as count
                from (select oid, datname from pg_database order by oid limit 100) d
                  cross join (values ('accesssharelock'), ('rowsharelock'), ('rowexclusivelock'), ('shareupdateexclusivelock'),
                    ('sharelock'), ('sharerowexclusivelock'), ('exclusivelock'), ('accessexclusivelock'), ('sireadlock')) as m (mode)
                  left join (select database, lower(mode) as mode, count(*) as count from pg_locks
                    where database is not null group by database, lower(mode)) l
                    on l.mode = m.mode and l.database = d.oid""", "~datname mode", "count", ""));
        queries.add(of(
                "pg_stat_bgwriter",
                INTERVAL,
                ">=14 <17",
                """
                select checkpoints_timed as checkpoints_timed_total, checkpoints_req as checkpoints_req_total,
                  checkpoint_write_time as checkpoint_write_time_total, checkpoint_sync_time as checkpoint_sync_time_total,
                  buffers_checkpoint as buffers_checkpoint_total, buffers_clean as buffers_clean_total,
                  maxwritten_clean as maxwritten_clean_total, buffers_backend as buffers_backend_total,
                  buffers_backend_fsync as buffers_backend_fsync_total, buffers_alloc as buffers_alloc_total,
                  stats_reset as stats_reset_total
                from pg_stat_bgwriter""",
                "",
                "",
                "checkpoints_timed_total checkpoints_req_total checkpoint_write_time_total "
                        + "checkpoint_sync_time_total buffers_checkpoint_total buffers_clean_total maxwritten_clean_total "
                        + "buffers_backend_total buffers_backend_fsync_total buffers_alloc_total stats_reset_total"));
        queries.add(of(
                "pg_stat_bgwriter",
                INTERVAL,
                ">=17",
                """
                select buffers_clean as buffers_clean_total, maxwritten_clean as maxwritten_clean_total,
                  buffers_alloc as buffers_alloc_total, stats_reset as stats_reset_total
                from pg_stat_bgwriter""",
                "",
                "",
                "buffers_clean_total maxwritten_clean_total buffers_alloc_total stats_reset_total"));
        queries.add(of(
                "pg_stat_checkpointer",
                INTERVAL,
                ">=17",
                """
                select num_timed as num_timed_total, num_requested as num_requested_total, restartpoints_timed as
                  restartpoints_timed_total, restartpoints_req as restartpoints_req_total, restartpoints_done as
                  restartpoints_done_total, write_time as write_time_total, sync_time as sync_time_total,
                  buffers_written as buffers_written_total, stats_reset as stats_reset_total
                from pg_stat_checkpointer""",
                "",
                "",
                "num_timed_total num_requested_total restartpoints_timed_total "
                        + "restartpoints_req_total restartpoints_done_total write_time_total sync_time_total buffers_written_total "
                        + "stats_reset_total"));
        queries.add(of("pg_replication", INTERVAL, ">=14", """
                select case
                    when not pg_is_in_recovery() then 0
                    when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                      and exists (select from pg_stat_wal_receiver where status = 'streaming') then 0
                    else greatest(0, extract(epoch from now() - pg_last_xact_replay_timestamp())) end as lag_seconds,
                  pg_is_in_recovery()::int as is_replica""", "", "lag_seconds is_replica", ""));
        queries.add(of(
                "pg_stat_replication",
                INTERVAL,
                ">=14",
                """
                select {application_name} as application_name, coalesce(client_addr::text, '') as client_addr,
                  coalesce(state, '') as state, coalesce(s.slot_name, '') as slot_name,
                  pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end,
                    r.replay_lsn) as pg_wal_lsn_diff
                from pg_stat_replication r left join pg_replication_slots s on s.active_pid = r.pid
                limit 100""",
                "~application_name client_addr state slot_name",
                "pg_wal_lsn_diff",
                ""));
        queries.add(of(
                "pg_replication_slot",
                INTERVAL,
                ">=14",
                """
                select slot_name, slot_type, active::int as slot_is_active,
                  case when wal_status = 'lost' then null else pg_wal_lsn_diff(
                    case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, restart_lsn) end
                    as retained_bytes,
                  safe_wal_size as safe_wal_size_bytes
                from pg_replication_slots
                order by slot_name
                limit 100""",
                "slot_name slot_type",
                "slot_is_active retained_bytes safe_wal_size_bytes",
                ""));
        queries.add(
                of("pg_stat_archiver", INTERVAL, ">=14", """
                select archived_count, failed_count, extract(epoch from now() - last_archived_time) as last_archive_age
                from pg_stat_archiver""", "", "last_archive_age", "archived_count failed_count"));
        queries.add(of("pg_postmaster", SLOW, ">=14", """
                select extract(epoch from pg_postmaster_start_time()) as start_time_seconds""", "", "start_time_seconds", ""));
        queries.add(of("pg_wal", Duration.ofMinutes(1), ">=14", """
                select count(*) as segments, sum(size) as size_bytes from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'""", "", "segments size_bytes", ""));
        queries.add(of("pg_database", SLOW, ">=14", """
                select {datname} as datname, datconnlimit as connection_limit,
                  case when has_database_privilege(oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
                    then pg_database_size(oid) end as size_bytes
                from pg_database
                where datallowconn and not datistemplate
                order by oid
                limit 100""", "~datname", "connection_limit size_bytes", ""));
        queries.add(of("pg_roles", SLOW, ">=14", """
                select {rolname} as rolname, rolconnlimit as connection_limit from pg_roles where rolconnlimit >= 0 order by rolname limit 100""", "~rolname", "connection_limit", ""));
        queries.add(of("pg_long_running_transactions", INTERVAL, ">=14", """
                select count(*) as transactions, coalesce(max(extract(epoch from now() - xact_start)), 0) as age_in_seconds
                from pg_stat_activity
                where state is distinct from 'idle' and backend_type = 'client backend' and now() - xact_start > interval '1 minute'""", "", "transactions age_in_seconds", ""));
        queries.add(of("pg_settings", SLOW, ">=14", """
                select name, coalesce(unit, '') as unit,
                  case vartype when 'bool' then (setting = 'on')::int::float8 else setting::float8 end as setting
                from pg_settings
                where vartype in ('bool', 'integer', 'real')""", "name unit", "setting", ""));
        return queries;
    }

    /**
     * Queries of one database. Sizes are those of the last vacuum or analyze: the functions that measure them wait for locks.
     */
    static List<CustomQuery> tables() {
        return List.of(
                of(
                        "pg_stat_user_tables",
                        EACH_MINUTE,
                        ">=14",
                        """
                        select current_database() as datname, t.schemaname, t.relname,
                          t.seq_scan, t.seq_tup_read, t.idx_scan, t.idx_tup_fetch, t.n_tup_ins, t.n_tup_upd, t.n_tup_del,
                          t.n_tup_hot_upd, t.n_live_tup, t.n_dead_tup, t.n_mod_since_analyze,
                          coalesce(extract(epoch from t.last_vacuum), 0) as last_vacuum,
                          coalesce(extract(epoch from t.last_autovacuum), 0) as last_autovacuum,
                          coalesce(extract(epoch from t.last_analyze), 0) as last_analyze,
                          coalesce(extract(epoch from t.last_autoanalyze), 0) as last_autoanalyze,
                          t.vacuum_count, t.autovacuum_count, t.analyze_count, t.autoanalyze_count,
                          (c.relpages + coalesce((select o.relpages from pg_class o where o.oid = c.reltoastrelid), 0))
                            * current_setting('block_size')::int8 as table_size_bytes,
                          coalesce((select sum(x.relpages) from pg_index i join pg_class x on x.oid = i.indexrelid
                            where i.indrelid = c.oid), 0) * current_setting('block_size')::int8 as index_size_bytes
                        from pg_stat_user_tables t join pg_class c on c.oid = t.relid
                        order by c.relpages desc, c.oid
                        limit 300""",
                        "datname schemaname relname",
                        "n_live_tup n_dead_tup n_mod_since_analyze last_vacuum last_autovacuum last_analyze last_autoanalyze "
                                + "table_size_bytes index_size_bytes",
                        "seq_scan seq_tup_read idx_scan idx_tup_fetch n_tup_ins n_tup_upd n_tup_del n_tup_hot_upd "
                                + "vacuum_count autovacuum_count analyze_count autoanalyze_count"),
                of(
                        "pg_statio_user_tables",
                        EACH_MINUTE,
                        ">=14",
                        """
                        select current_database() as datname, t.schemaname, t.relname,
                          t.heap_blks_read as heap_blocks_read, t.heap_blks_hit as heap_blocks_hit,
                          t.idx_blks_read as idx_blocks_read, t.idx_blks_hit as idx_blocks_hit,
                          t.toast_blks_read as toast_blocks_read, t.toast_blks_hit as toast_blocks_hit,
                          t.tidx_blks_read as tidx_blocks_read, t.tidx_blks_hit as tidx_blocks_hit
                        from pg_statio_user_tables t join pg_class c on c.oid = t.relid
                        order by c.relpages desc, c.oid
                        limit 300""",
                        "datname schemaname relname",
                        "",
                        "heap_blocks_read heap_blocks_hit idx_blocks_read idx_blocks_hit "
                                + "toast_blocks_read toast_blocks_hit tidx_blocks_read tidx_blocks_hit"));
    }

    private static CustomQuery of(
            String name,
            Duration interval,
            String versions,
            String sql,
            String labels,
            String gauges,
            String counters) {
        Map<String, Column> columns = new LinkedHashMap<>();
        add(columns, labels, LABEL);
        add(columns, gauges, GAUGE);
        add(columns, counters, COUNTER);
        return new CustomQuery(
                name,
                NAME.matcher(sql).replaceAll(found -> RawText.sql("coalesce(" + found.group(1) + ", '')")),
                interval,
                TIMEOUT,
                VersionRange.of(versions).orElseThrow(),
                ExpectedRole.ANY,
                null,
                new Glob("*"),
                columns,
                List.of());
    }

    private static void add(Map<String, Column> columns, String names, Usage usage) {
        for (String name : names.isEmpty() ? new String[0] : names.split(" ", -1)) {
            boolean raw = name.startsWith("~");
            String column = raw ? name.substring(1) : name;
            columns.put(column, new Column(column, usage, "", Map.of(), raw));
        }
    }
}
