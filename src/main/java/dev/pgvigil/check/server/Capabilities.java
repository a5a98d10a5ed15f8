package dev.pgvigil.check.server;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The privileges, extensions and settings that pgvigil uses in a database, and those that are missing. */
@Singleton
public final class Capabilities implements Check<Capabilities.Held> {

    static final String NAME = "capabilities";
    static final Threshold QUERY_SIZE = Threshold.bytes(
            NAME, "query-size", 1024, "Least useful track_activity_query_size; a smaller one is a finding");

    private static final int RESERVED_ROLE_SINCE = 16;

    private static final String SQL = """
            select pg_catalog.current_setting('server_version') as version,
              pg_catalog.current_setting('server_version_num')::int4 / 10000 as major,
              {usename} as usename,
              pg_catalog.current_setting('is_superuser')::bool as superuser,
              pg_catalog.pg_has_role('pg_monitor', 'usage') as monitor,
              pg_catalog.has_database_privilege(pg_catalog.current_database(), 'connect') as connect,
              {reserved} as reserved_slots,
              {statements} as statements,
              coalesce(pg_catalog.current_setting('reserved_connections', true)::int4, 0) as reserved_connections,
              case when pg_catalog.pg_has_role('pg_read_all_settings', 'usage')
                then pg_catalog.current_setting('shared_preload_libraries') end as libraries,
              pg_catalog.current_setting('track_activities')::bool as track_activities,
              pg_catalog.current_setting('track_io_timing')::bool as track_io_timing,
              (select s.setting::int8 from pg_catalog.pg_show_all_settings() s where s.name = 'track_activity_query_size') as query_size""".replace("{usename}", RawText.sql("current_user"));

    private static final String STATEMENTS =
            "(select e.extversion from pg_catalog.pg_extension e where e.extname = 'pg_stat_statements')";

    private static final String RESERVED = "pg_catalog.pg_has_role('pg_use_reserved_connections', 'usage')";

    /**
     * The privileges, extensions and settings of a session.
     *
     * @param usename pgvigil's role
     * @param monitor whether it has the privileges of {@code pg_monitor}
     * @param connect whether it may connect to the database, now
     * @param reservedSlots whether it may use reserved connections; null before 16, which has none
     * @param libraries preloaded; null: hidden from pgvigil's role
     * @param statementsVersion of the extension pg_stat_statements in the database; null: not installed, or hidden
     * @param unreadable tables and views of pg_catalog that pgvigil's role may not read
     */
    public record Held(
            String version,
            int major,
            String usename,
            boolean superuser,
            boolean monitor,
            boolean connect,
            @Nullable Boolean reservedSlots,
            int reservedConnections,
            @Nullable List<String> libraries,
            @Nullable String statementsVersion,
            boolean trackActivities,
            boolean trackIoTiming,
            long trackActivityQuerySizeBytes,
            Set<String> unreadable) {

        public Held {
            unreadable = Set.copyOf(unreadable);
            libraries = libraries == null ? null : List.copyOf(libraries);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(5)).with(Policy.Priority.LOW);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(QUERY_SIZE);
    }

    @Override
    public Uni<Held> collect(Session session) {
        String reserved = session.facts().major() >= RESERVED_ROLE_SINCE ? RESERVED : "null::bool";
        String statements = session.facts().reads("pg_extension") ? STATEMENTS : "null::text";
        return session.row(
                SQL.replace("{reserved}", reserved).replace("{statements}", statements),
                row -> held(row, session.facts()));
    }

    @Override
    public List<Finding> evaluate(Held now, Previous<Held> previous, Target target) {
        return new CapabilityFindings(now, target).findings();
    }

    @Override
    public List<Finding> evaluateFailure(Failure failure, Target target) {
        return AccessFindings.of(failure, target);
    }

    private static Held held(Row row, ServerFacts facts) {
        return new Held(
                row.getString("version"),
                row.getInteger("major"),
                String.valueOf(RawText.of(row, "usename")),
                row.getBoolean("superuser"),
                row.getBoolean("monitor"),
                row.getBoolean("connect"),
                row.getBoolean("reserved_slots"),
                row.getInteger("reserved_connections"),
                libraries(row.getString("libraries")),
                row.getString("statements"),
                row.getBoolean("track_activities"),
                row.getBoolean("track_io_timing"),
                row.getLong("query_size"),
                facts.unreadable());
    }

    static @Nullable List<String> libraries(@Nullable String setting) {
        return setting == null ? null : Requirements.names(setting);
    }
}
