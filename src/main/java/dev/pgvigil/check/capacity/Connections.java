package dev.pgvigil.check.capacity;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.activity.Activity;
import dev.pgvigil.check.capacity.ConnectionAggregator.Allowed;
import dev.pgvigil.check.capacity.ConnectionAggregator.Held;
import dev.pgvigil.check.capacity.ConnectionUsage.Group;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Connections in use, compared with the limits of the server, its databases and its roles. */
@Singleton
public final class Connections implements Check<ConnectionUsage> {

    public static final String NAME = PoolUsage.CHECK;
    static final Threshold HIGH = Threshold.ratio(
            NAME, "high", 0.85, "Share of a connection limit in use that is a finding of high severity");

    private static final int MOST_KINDS = 5000;
    private static final int MOST_DATABASES = 1000;

    // A role without pg_monitor sees neither type nor state of others' sessions; a user and a database distinguish them
    // from the server's own processes.
    private static final String USED = """
            select g.datid::text::int8 as datid, %s as usename,
              g.application_name, g.state, g.sessions, pg_catalog.sum(g.sessions) over ()::int8 as total,
              {limit} as role_limit
            from (
              select s.datid, s.usesysid, s.application_name,
                case when s.backend_type is null then 'unknown' else coalesce(s.state, 'starting') end as state,
                count(*) as sessions
              from pg_catalog.pg_stat_get_activity(null) s
              where s.backend_type = 'client backend' or (s.backend_type is null and s.usesysid is not null and s.datid is not null)
              group by 1, 2, 3, 4) g
            order by g.sessions desc
            limit %s""".formatted(RawText.sql("pg_catalog.pg_get_userbyid(g.usesysid)"), MOST_KINDS);

    /** Before this version, a session is not in pg_stat_activity until its client has logged in. */
    private static final int LOGINS_LISTED_SINCE = 18;

    // A session that is logging in is already in a transaction; the lock on its virtual transaction ID shows that it
    // exists.
    private static final String LOGGING_IN = """
            select pg_catalog.count(distinct l.pid)::int4 as sessions
            from pg_catalog.pg_lock_status() l
            where l.locktype = 'virtualxid' and l.granted
              and l.pid not in (select s.pid from pg_catalog.pg_stat_get_activity(null) s)""";

    private static final String ROLE_LIMIT =
            "(select r.rolconnlimit from pg_catalog.pg_roles r where r.oid = g.usesysid and not r.rolsuper)";

    private static final String ALLOWED = """
            select null::int8 as datid, %s as name, null::text as encoding,
              pg_catalog.current_setting(s, true)::int4 as allowed
            from pg_catalog.unnest(
              '{max_connections,superuser_reserved_connections,reserved_connections}'::text[]) s
            union all
            (select d.oid::text::int8, %s, pg_catalog.pg_encoding_to_char(d.encoding)::text, d.datconnlimit
            from pg_catalog.pg_database d
            where d.datallowconn
            limit %s)""".formatted(RawText.sql("s"), RawText.sql("d.datname"), MOST_DATABASES);

    /** Groups of like sessions, still with the OID of their database. */
    private record Used(@Nullable Long datid, Held held, long total) {}

    /** A setting, or a database with its limit. */
    private record Allowance(@Nullable Long datid, String name, int allowed) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(15))
                .with(Policy.Priority.HIGH)
                .with(Policy.Reaction.HOLD_EMERGENCY_CONNECTION);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(PoolUsage.DEGRADED, HIGH, PoolUsage.UNHEALTHY);
    }

    @Override
    public Uni<ConnectionUsage> collect(Session session) {
        String limit = session.facts().reads("pg_roles") ? ROLE_LIMIT : "null::int4";
        return session.rows(ALLOWED, Connections::allowance)
                .flatMap(allowed -> session.rows(USED.replace("{limit}", limit), Connections::used)
                        .flatMap(used -> loggingIn(session)
                                .map(unlisted -> usage(
                                        used,
                                        unlisted,
                                        allowed,
                                        session.connectionState().open()))));
    }

    /** Sessions that have taken a slot but are not yet in pg_stat_activity. */
    private static Uni<Integer> loggingIn(Session session) {
        return session.facts().major() >= LOGINS_LISTED_SINCE
                ? Uni.createFrom().item(0)
                : session.row(LOGGING_IN, row -> row.getInteger("sessions"));
    }

    @Override
    public List<Finding> evaluate(ConnectionUsage now, Previous<ConnectionUsage> previous, Target target) {
        ConnectionFindings advice = new ConnectionFindings(now, target.thresholds());
        return Stream.of(advice.server(), advice.database(target.database()), advice.roles(target.database()))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void export(ConnectionUsage now, MetricSink sink) {
        sink.gauge(
                "pgvigil_connections_max",
                "Maximum number of connections of the server (max_connections).",
                now.maxConnections());
        sink.gauge("pgvigil_connections_limit", "Connections available to ordinary roles.", now.poolSize());
        sink.gauge(
                "pgvigil_connections_utilization_ratio",
                "Connections in use, divided by those available to ordinary roles.",
                now.utilization());
        for (Group database : now.databases()) {
            String datname = database.name() == null ? "" : database.name();
            for (SessionState state : SessionState.values()) {
                sink.gauge(
                        "pgvigil_connections",
                        "Connections of clients; no datname: not logged in, or of databases beyond the first "
                                + ConnectionAggregator.MOST_DATABASES + ".",
                        database.in(state),
                        "datname",
                        datname,
                        "state",
                        state.label());
            }
        }
    }

    private static ConnectionUsage usage(List<Used> used, int loggingIn, List<Allowance> allowances, int own) {
        Map<Long, String> names = new HashMap<>();
        Map<String, Integer> databases = new HashMap<>();
        Map<String, Integer> settings = new HashMap<>();
        for (Allowance allowance : allowances) {
            if (allowance.datid == null) {
                settings.put(allowance.name, allowance.allowed);
            } else {
                names.put(allowance.datid, allowance.name);
                databases.put(allowance.name, allowance.allowed);
            }
        }
        Allowed allowed = new Allowed(
                settings.getOrDefault("max_connections", 0),
                settings.getOrDefault("superuser_reserved_connections", 0),
                settings.getOrDefault("reserved_connections", 0),
                databases);
        List<Held> held = named(used, names);
        if (loggingIn > 0) {
            held.add(new Held(null, null, null, SessionState.STARTING, loggingIn, null));
        }
        return new ConnectionAggregator(held, allowed, own).usage();
    }

    private static List<Held> named(List<Used> used, Map<Long, String> names) {
        List<Held> all = new ArrayList<>();
        long read = 0;
        for (Used one : used) {
            Held held = one.held;
            String database = one.datid == null ? null : names.get(one.datid);
            all.add(new Held(
                    database, held.role(), held.application(), held.state(), held.sessions(), held.roleLimit()));
            read += held.sessions();
        }
        if (!used.isEmpty() && used.getFirst().total > read) {
            int unread = (int) (used.getFirst().total - read);
            all.add(new Held(null, null, null, SessionState.UNKNOWN, unread, null));
        }
        return all;
    }

    private static Used used(Row row) {
        Held held = new Held(
                null,
                RawText.of(row, "usename"),
                Activity.text(row, "application_name"),
                SessionState.of(Activity.text(row, "state")),
                row.getInteger("sessions"),
                row.getInteger("role_limit"));
        return new Used(row.getLong("datid"), held, row.getLong("total"));
    }

    private static Allowance allowance(Row row) {
        Integer allowed = row.getInteger("allowed");
        String name = String.valueOf(RawText.of(row, "name", row.getString("encoding")));
        return new Allowance(row.getLong("datid"), name, allowed == null ? 0 : allowed);
    }
}
