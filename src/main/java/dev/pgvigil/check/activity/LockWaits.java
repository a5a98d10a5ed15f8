package dev.pgvigil.check.activity;

import dev.pgvigil.check.RawText;
import dev.pgvigil.check.activity.Blocking.Group;
import dev.pgvigil.check.activity.LockTree.Participant;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All sessions that wait for locks or block others, read in one statement, or two if a prepared transaction blocks.
 *
 * @param complete whether the statement's limits omitted nothing
 */
record LockWaits(List<Participant> participants, boolean complete) {

    /** The maximum number of waiting sessions that are read, longest wait first. */
    static final int MOST_WAITING = 200;

    private static final int MOST = 600;
    private static final int BLOCKERS_SHOWN = 10;

    // pg_locks and pg_blocking_pids() take all of the lock table's partitions, so the first is read once, and the other
    // called only for sessions that wait. A session that waits for a row holds the row's tuple lock, which names the
    // table. Names of relations are known only in this session's database, and of the shared catalogues (0).
    private static final String SQL = """
            with locks as materialized (
              select l.*, pg_catalog.concat_ws('/', l.locktype, l.database, l.relation, l.page, l.tuple, l.virtualxid,
                l.transactionid, l.classid, l.objid, l.objsubid) as object
              from pg_catalog.pg_locks l
            ), waiting as materialized (
              select l.*, pg_catalog.pg_blocking_pids(l.pid) as blockers
              from locks l
              where not l.granted
              order by l.waitstart limit %s
            ), rows_locked as (
              select distinct on (l.pid) l.pid, l.database, l.relation
              from locks l where l.granted and l.locktype = 'tuple'
            ), involved as (
              select w.pid from waiting w union select pg_catalog.unnest(w.blockers) from waiting w
            ), held as (
              select coalesce(l.pid, 0) as pid, x.transactionid::text::int8 as transaction,
                pg_catalog.array_agg(distinct l.object || ' ' || l.mode) as holds
              from locks l
              left join locks x on l.pid is null and x.pid is null and x.locktype = 'transactionid'
                and x.virtualtransaction = l.virtualtransaction
              where l.granted and l.object in (select w.object from waiting w)
                and coalesce(l.pid, 0) in (select i.pid from involved i)
              group by 1, 2
            )
            select i.pid, s.leader_pid, w.blockers, w.locktype, w.mode, w.object, h.holds,
              h.transaction,
              coalesce(w.relation, r.relation)::int8 as relation_oid,
              {relation} as relation,
              extract(epoch from pg_catalog.clock_timestamp() - w.waitstart)::float8 as waiting_seconds,
              {identity},
              extract(epoch from pg_catalog.clock_timestamp() - s.xact_start)::float8 as transaction_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - s.state_change)::float8 as state_seconds
            from involved i
            left join waiting w on w.pid = i.pid
            left join held h on h.pid = i.pid
            left join rows_locked r on r.pid = w.pid and w.relation is null
            left join pg_catalog.pg_stat_get_activity(null) s on s.pid = i.pid
            left join pg_catalog.pg_database d on d.oid = s.datid
            left join pg_catalog.pg_class c on c.oid = coalesce(w.relation, r.relation)
              and coalesce(w.database, r.database) in (0, (select m.oid from pg_catalog.pg_database m
                where m.datname = pg_catalog.current_database()))
            left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            order by w.waitstart, i.pid
            limit %s""".replace("{identity}", Activity.IDENTITY)
            .replace(
                    "{relation}",
                    RawText.sql("pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)"))
            .formatted(MOST_WAITING, MOST);

    private static final String COUNTED = """
            select %s as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding, %s as usename,
              s.application_name, l.locktype = 'advisory' as advisory,
              pg_catalog.count(distinct coalesce(s.leader_pid, l.pid))::int4 as waiting,
              extract(epoch from pg_catalog.max(pg_catalog.clock_timestamp() - l.waitstart))::float8 as longest_seconds,
              pg_catalog.count(distinct coalesce(s.leader_pid, l.pid))
                filter (where pg_catalog.clock_timestamp() - l.waitstart > interval '%s s')::int4 as lasting
            from pg_catalog.pg_locks l
            join pg_catalog.pg_stat_get_activity(null) s on s.pid = l.pid
            left join pg_catalog.pg_database d on d.oid = s.datid
            where not l.granted
            group by 1, 2, 3, 4, 5 order by 6 desc limit %s""".formatted(
                    RawText.sql("coalesce(d.datname::text, '')"),
                    RawText.sql("pg_catalog.pg_get_userbyid(s.usesysid)"),
                    Blocking.PATIENCE_SECONDS,
                    MOST);

    /**
     * One row of the result.
     *
     * @param blockers null: it does not wait
     * @param holds {@code object mode}, for objects that others wait for
     * @param transaction of a prepared transaction
     */
    record Line(
            @Nullable List<Integer> blockers,
            @Nullable String object,
            List<String> holds,
            @Nullable Long transaction,
            LockNode face) {

        private boolean waits() {
            return blockers != null;
        }

        private boolean prepared() {
            return face.pid() == 0;
        }
    }

    /** Queries the waiting sessions and their blockers. */
    static Uni<LockWaits> of(Session session) {
        return session.rows(SQL, LockWaits::line)
                .flatMap(lines -> lines.stream().anyMatch(Line::prepared)
                        ? PreparedTransaction.of(session).map(prepared -> of(lines, prepared.oldest()))
                        : Uni.createFrom().item(of(lines, List.of())));
    }

    /** Counts the waiting sessions on the server, grouped by what the evaluation needs: used if they are too many to read. */
    static Uni<List<Group>> counted(Session session) {
        return session.rows(
                COUNTED,
                row -> new Group(
                        String.valueOf(Activity.datname(row)),
                        RawText.of(row, "usename"),
                        Activity.text(row, "application_name"),
                        row.getBoolean("advisory"),
                        row.getInteger("waiting"),
                        Activity.seconds(row, "longest_seconds"),
                        row.getInteger("lasting")));
    }

    static LockWaits of(List<Line> lines, List<PreparedTransaction> prepared) {
        List<Participant> all = new ArrayList<>();
        Map<Integer, Participant> sessions = new LinkedHashMap<>();
        for (Line line : lines) {
            if (line.prepared()) {
                all.add(participant(line, face(line, prepared)));
            } else {
                sessions.merge(line.face.pid(), participant(line, line.face), LockWaits::merged);
            }
        }
        all.addAll(sessions.values());
        return new LockWaits(all, lines.stream().filter(Line::waits).count() < MOST_WAITING && lines.size() < MOST);
    }

    private static Participant participant(Line line, LockNode face) {
        Set<Integer> blockers = new TreeSet<>();
        if (line.blockers != null) {
            blockers.addAll(line.blockers);
        }
        Map<String, String> holds = new HashMap<>();
        for (String hold : line.holds) {
            int blank = hold.lastIndexOf(' ');
            holds.put(hold.substring(0, blank), hold.substring(blank + 1));
        }
        return new Participant(blockers, line.waits() ? line.object : null, holds, face);
    }

    /** Merges the workers of a parallel query under their leader's pid; the longest wait counts. */
    private static Participant merged(Participant one, Participant other) {
        boolean longer = one.face().waited() >= other.face().waited();
        boolean first = !other.waits() || (one.waits() && longer);
        Participant shown = first ? one : other;
        Set<Integer> blockers = new TreeSet<>(one.blockers());
        blockers.addAll(other.blockers());
        Map<String, String> holds = new HashMap<>(one.holds());
        holds.putAll(other.holds());
        return new Participant(blockers, shown.object(), holds, shown.face());
    }

    private static LockNode face(Line line, List<PreparedTransaction> prepared) {
        return prepared.stream()
                .filter(candidate -> Long.valueOf(candidate.transaction()).equals(line.transaction))
                .findFirst()
                .map(LockWaits::face)
                .orElse(line.face);
    }

    private static LockNode face(PreparedTransaction prepared) {
        return new LockNode(
                0,
                prepared.gid(),
                prepared.datname(),
                prepared.usename(),
                "",
                "",
                "prepared",
                null,
                null,
                null,
                null,
                null,
                null,
                prepared.seconds(),
                prepared.seconds(),
                List.of(),
                0,
                List.of());
    }

    private static Line line(Row row) {
        Integer[] blockers = row.getArrayOfIntegers("blockers");
        String[] holds = row.getArrayOfStrings("holds");
        List<Integer> pids =
                blockers == null ? null : Arrays.stream(blockers).distinct().toList();
        return new Line(
                pids,
                row.getString("object"),
                holds == null ? List.of() : List.of(holds),
                row.getLong("transaction"),
                node(row, pids));
    }

    private static LockNode node(Row row, @Nullable List<Integer> blockers) {
        Integer leader = row.getInteger("leader_pid");
        Integer pid = row.getInteger("pid");
        return new LockNode(
                leader == null ? pid : leader,
                null,
                Activity.datname(row),
                RawText.of(row, "usename"),
                Activity.text(row, "application_name"),
                Activity.text(row, "backend_type"),
                Activity.text(row, "state"),
                Activity.query(row),
                row.getString("locktype"),
                row.getString("mode"),
                RawText.of(row, "relation"),
                row.getLong("relation_oid"),
                blockers == null ? null : Activity.seconds(row, "waiting_seconds"),
                Activity.seconds(row, "transaction_seconds"),
                Activity.seconds(row, "state_seconds"),
                blockers == null
                        ? List.of()
                        : blockers.stream().limit(BLOCKERS_SHOWN).toList(),
                0,
                List.of());
    }
}
