package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pages whose checksum was wrong when they were read. */
@Singleton
public final class Checksums implements Check<Checksums.Failures> {

    public static final String NAME = "checksums";

    static final Threshold RECENT = Threshold.duration(
            NAME, "recent", Duration.ofDays(7), "How long after the last failure a database is degraded");

    private static final int MOST = 50;

    private static final String FAILURES = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_checksum_failures(x.oid) as failures,
              extract(epoch from pg_catalog.clock_timestamp()
                - pg_catalog.pg_stat_get_db_checksum_last_failure(x.oid))::float8 as seconds
            from (select oid from pg_catalog.pg_database union all select 0) x
            left join pg_catalog.pg_database d on d.oid = x.oid
            where pg_catalog.pg_stat_get_db_checksum_failures(x.oid) > 0
            order by failures desc
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST;

    /**
     * The failures in one database.
     *
     * @param datname null: the catalogs that all databases share
     * @param secondsAgo since the last
     */
    public record Database(@Nullable String datname, long failures, double secondsAgo) {

        String label() {
            return datname == null ? "the shared catalogs" : "database " + datname;
        }
    }

    /**
     * The failures of a server since its statistics began.
     *
     * @param enabled whether pages have checksums; if not, failures are not known
     * @param databases those with failures, at most {@value #MOST}
     */
    public record Failures(boolean enabled, List<Database> databases) {

        public Failures {
            databases = List.copyOf(databases);
        }
    }

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
        return Policy.every(Duration.ofMinutes(1)).before(15, Duration.ofMinutes(10));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RECENT);
    }

    @Override
    public Uni<Failures> collect(Session session) {
        return session.row(
                        "select pg_catalog.current_setting('data_checksums')::bool as enabled",
                        row -> row.getBoolean("enabled"))
                .flatMap(enabled ->
                        session.rows(FAILURES, Checksums::database).map(databases -> new Failures(enabled, databases)));
    }

    @Override
    public List<Finding> evaluate(Failures now, Previous<Failures> previous, Target target) {
        double recent = target.thresholds().of(RECENT);
        List<Database> databases = now.databases.stream()
                .filter(one -> one.datname == null || one.datname.equals(target.database()))
                .filter(one -> one.secondsAgo < recent)
                .toList();
        return Stream.of(failures(databases, recent), off(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> failures(List<Database> databases, double recent) {
        return databases.stream()
                .findFirst()
                .map(worst -> Finding.of(
                                NAME,
                                "failures",
                                Status.DEGRADED,
                                Severity.CRITICAL,
                                "data on disk is corrupt",
                                "%s in %s, the last %s ago"
                                        .formatted(
                                                HumanFormat.count(worst.failures, "checksum failure"),
                                                worst.label(),
                                                HumanFormat.seconds(worst.secondsAgo)))
                        .threshold("any in the last " + HumanFormat.seconds(recent))
                        .evidence(databases.stream()
                                .map(one -> EvidenceRow.of(
                                        "datname",
                                        one.datname,
                                        "failures",
                                        one.failures,
                                        "seconds_ago",
                                        one.secondsAgo))
                                .toList())
                        .cause(
                                "A page was read from disk whose checksum does not match: the disk, its controller, the memory, the file "
                                        + "system or a person changed it. Statements that read the page fail.")
                        .action(
                                "The server's log names file and block. Do not write to the table; keep a copy of the data directory, "
                                        + "check the hardware and the standbys, and restore the relation from a backup. An index can be rebuilt with "
                                        + "REINDEX. Afterwards pg_stat_reset() in the database clears the counter.")
                        .sql("select datname, checksum_failures, checksum_last_failure from pg_stat_database where "
                                + "checksum_failures > 0"));
    }

    private static Optional<Finding> off(Failures now) {
        return now.enabled
                ? Optional.empty()
                : Optional.of(
                        Finding.of(
                                        NAME,
                                        "off",
                                        Status.HEALTHY,
                                        Severity.LOW,
                                        "pages have no checksums",
                                        "data_checksums is off: corruption of data on disk is not noticed")
                                .cause(
                                        "The cluster was created without checksums, which is the default before PostgreSQL 18.")
                                .action(
                                        "Shut the server down cleanly and run pg_checksums --enable on its data directory; or switch over to a "
                                                + "standby on which that was done.")
                                .expectedEffect(
                                        "A page that the disk returns damaged is an error at once, in place of wrong data that spreads into backups."));
    }

    @Override
    public void export(Failures now, MetricSink sink) {
        sink.gauge("pgvigil_checksums_enabled", "1 if pages have checksums.", now.enabled ? 1 : 0);
        if (now.enabled) {
            sink.gauge(
                    "pgvigil_checksums_failures",
                    "Checksum failures since the statistics began, in all databases.",
                    (double)
                            now.databases.stream().mapToLong(Database::failures).sum());
        }
    }

    private static Database database(Row row) {
        Double seconds = row.getDouble("seconds");
        return new Database(
                RawText.of(row, "datname", row.getString("encoding")),
                row.getLong("failures"),
                seconds == null ? 0 : Math.max(0, Math.round(seconds * 1000) / 1000.0));
    }
}
