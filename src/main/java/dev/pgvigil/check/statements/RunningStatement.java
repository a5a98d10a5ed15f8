package dev.pgvigil.check.statements;

import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.statements.StatementText.Kind;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A statement that has run for over a second and has not ended: {@code pg_stat_statements} counts it only then.
 *
 * @param queryid as in {@code pg_stat_statements}; null: the server did not compute it
 * @param bulk whether it loads, copies or rebuilds
 * @param command of the progress views, such as {@code CREATE INDEX}; null: it reports no progress
 * @param donePercent of the present phase; null: not known
 */
public record RunningStatement(
        int pid,
        @Nullable String queryid,
        @Nullable String datname,
        @Nullable String usename,
        String applicationName,
        @Nullable String query,
        double seconds,
        @Nullable String waitEvent,
        boolean bulk,
        @Nullable String command,
        @Nullable Double donePercent) {

    /** The most that are read, the oldest first. */
    static final int MOST = 50;

    private static final String SQL = """
            select s.pid, s.query_id::text as queryid, {datname} as datname,
              pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding, {usename} as usename, s.application_name,
              {query} as query, s.wait_event_type || ':' || s.wait_event as wait_event,
              extract(epoch from pg_catalog.clock_timestamp() - s.query_start)::float8 as seconds
            from pg_catalog.pg_stat_get_activity(null) s left join pg_catalog.pg_database d on d.oid = s.datid
            where s.state = 'active' and s.backend_type = 'client backend' and s.pid <> pg_catalog.pg_backend_pid()
              and s.query_start < pg_catalog.clock_timestamp() - interval '1 second'
            order by s.query_start limit\s""".replace("{datname}", RawText.sql("d.datname"))
                    .replace("{usename}", RawText.sql("pg_catalog.pg_get_userbyid(s.usesysid)"))
                    .replace("{query}", RawText.sql("s.query", 1000))
            + MOST;

    private static final String PROGRESS = """
            select pid, 'COPY' as command, bytes_processed::float8 as done, bytes_total::float8 as total
              from pg_catalog.pg_stat_progress_copy
            union all select pid, 'CREATE INDEX', blocks_done::float8, blocks_total::float8
              from pg_catalog.pg_stat_progress_create_index
            union all select pid, 'VACUUM', heap_blks_scanned::float8, heap_blks_total::float8
              from pg_catalog.pg_stat_progress_vacuum
            union all select pid, 'CLUSTER', heap_blks_scanned::float8, heap_blks_total::float8
              from pg_catalog.pg_stat_progress_cluster
            union all select pid, 'ANALYZE', sample_blks_scanned::float8, sample_blks_total::float8
              from pg_catalog.pg_stat_progress_analyze
            limit 500""";

    private record Progress(
            int pid,
            String command,
            @Nullable Double done,
            @Nullable Double total) {}

    static Uni<List<RunningStatement>> of(Session session) {
        return session.rows(SQL, RunningStatement::running)
                .flatMap(running -> running.isEmpty()
                        ? Uni.createFrom().item(running)
                        : session.rows(PROGRESS, RunningStatement::progress).map(all -> with(running, all)));
    }

    private static List<RunningStatement> with(List<RunningStatement> running, List<Progress> all) {
        Map<Integer, Progress> byPid = new HashMap<>();
        all.forEach(progress -> byPid.putIfAbsent(progress.pid, progress));
        return running.stream().map(one -> one.with(byPid.get(one.pid))).toList();
    }

    private RunningStatement with(@Nullable Progress progress) {
        if (progress == null) {
            return this;
        }
        Double percent = progress.done == null || progress.total == null || progress.total <= 0
                ? null
                : Math.round(1000 * Math.min(1, progress.done / progress.total)) / 10.0;
        return new RunningStatement(
                pid,
                queryid,
                datname,
                usename,
                applicationName,
                query,
                seconds,
                waitEvent,
                true,
                progress.command,
                percent);
    }

    private static RunningStatement running(Row row) {
        String encoding = row.getString("encoding");
        String text = RawText.of(row, "query", encoding);
        String application = row.getString("application_name");
        return new RunningStatement(
                row.getInteger("pid"),
                row.getString("queryid"),
                RawText.of(row, "datname", encoding),
                RawText.of(row, "usename"),
                application == null ? "" : application,
                text == null ? null : QueryText.normalised(text),
                Math.round(1000 * row.getDouble("seconds")) / 1000.0,
                row.getString("wait_event"),
                text != null && StatementText.of(text).kind() == Kind.BULK,
                null,
                null);
    }

    private static Progress progress(Row row) {
        return new Progress(
                row.getInteger("pid"), row.getString("command"), row.getDouble("done"), row.getDouble("total"));
    }
}
