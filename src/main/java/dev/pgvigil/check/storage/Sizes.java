package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Sizes of the databases of a server, and how fast they grow. */
@Singleton
public final class Sizes implements Check<Sizes.Databases> {

    public static final String NAME = "sizes";

    static final Threshold GROWTH = Threshold.ratio(
            NAME, "growth", 0.1, "Growth of a database a day, over its size, from which it is a finding");
    static final Threshold GROWTH_BYTES = Threshold.bytes(
            NAME, "growth-bytes", 10L << 30, "Growth of a database a day from which its share is a finding");
    static final Threshold WINDOW = Threshold.duration(
            NAME, "window", Duration.ofHours(6), "How long a database must have been seen to judge its growth");

    private static final int MOST = 100;
    private static final int MOST_SERIES = 50;
    private static final double DAY = 86_400;
    private static final double HOUR = 3600;

    // Sizes are summed up from files and take no lock on relations. Without CONNECT, pg_read_all_stats is enough.
    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_database_size(d.oid) as bytes,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now
            from pg_catalog.pg_database d
            where d.datallowconn
            order by d.datistemplate, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST;

    /**
     * One database.
     *
     * @param seenSeconds how much of the last day pgvigil has seen, without a time in which the database shrank
     * @param grownBytes in that time
     */
    public record Database(String datname, long bytes, double seenSeconds, double grownBytes) {

        double perDay() {
            return seenSeconds <= 0 ? 0 : grownBytes / seenSeconds * DAY;
        }

        /** Growth a day over the size at the beginning. */
        double dailyRatio() {
            double before = bytes - grownBytes;
            return before <= 0 ? 0 : perDay() / before;
        }
    }

    /** The first {@value #MOST} databases by name. */
    public record Databases(List<Database> databases) implements Growing {

        public Databases {
            databases = List.copyOf(databases);
        }

        @Override
        public List<Quantity> quantities() {
            return databases.stream()
                    .sorted(Comparator.comparingLong(Database::bytes).reversed())
                    .map(one -> new Quantity(Resource.DATABASE_SIZE, "", one.datname, one.bytes, null, 0))
                    .toList();
        }
    }

    private record Line(String datname, long bytes, double now) {}

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
        return Policy.every(Duration.ofMinutes(10)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(GROWTH, GROWTH_BYTES, WINDOW);
    }

    @Override
    public Uni<Databases> collect(Session session) {
        GrowthWindow<String> days = session.memory(budget -> new GrowthWindow<>(budget, DAY, HOUR));
        return session.rows(SQL, Sizes::line).map(lines -> databases(lines, days));
    }

    private static Databases databases(List<Line> lines, GrowthWindow<String> days) {
        Set<String> names = new HashSet<>();
        List<Database> databases = lines.stream()
                .filter(line -> names.add(line.datname))
                .map(line -> {
                    GrowthWindow.Growth day = days.add(line.datname, line.now, "", (double) line.bytes);
                    return new Database(line.datname, line.bytes, day.seconds(), day.values()[0]);
                })
                .toList();
        days.retain(lines.stream().map(Line::datname).collect(Collectors.toSet()));
        return new Databases(databases);
    }

    @Override
    public List<Finding> evaluate(Databases now, Previous<Databases> previous, Target target) {
        return now.databases.stream()
                .filter(one -> one.datname.equals(target.database()))
                .flatMap(one -> growth(one, target.thresholds()).stream())
                .toList();
    }

    private static Optional<Finding> growth(Database database, Thresholds limits) {
        if (database.seenSeconds < limits.of(WINDOW)
                || database.perDay() < limits.of(GROWTH_BYTES)
                || database.dailyRatio() < limits.of(GROWTH)) {
            return Optional.empty();
        }
        return Optional.of(
                Finding.of(
                                NAME,
                                "growth",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "the database grows fast",
                                "%s, %s more in %s: %s a day, %s of its size"
                                        .formatted(
                                                HumanFormat.bytes(database.bytes),
                                                HumanFormat.bytes(database.grownBytes),
                                                HumanFormat.seconds(database.seenSeconds),
                                                HumanFormat.bytes(database.perDay()),
                                                HumanFormat.percent(database.dailyRatio())))
                        .threshold("from %s and %s a day, seen for %s"
                                .formatted(
                                        HumanFormat.percent(limits.of(GROWTH)),
                                        HumanFormat.bytes(limits.of(GROWTH_BYTES)),
                                        HumanFormat.seconds(limits.of(WINDOW))))
                        .evidence(List.of(EvidenceRow.of(
                                "datname", database.datname,
                                "bytes", database.bytes,
                                "grown_bytes", Math.round(database.grownBytes),
                                "seconds", database.seenSeconds)))
                        .cause(
                                "Much is written: a load, a job that does not delete, or dead rows that vacuum cannot remove (see the checks "
                                        + "vacuum and xmin-horizon).")
                        .action(
                                "Find the table that grows, and check that the disk has room for it: PostgreSQL does not know the size of the disk.")
                        .expectedEffect("The disk does not run full by surprise.")
                        .sql(
                                "select c.oid::regclass, pg_size_pretty(c.relpages * 8192::bigint) from pg_class c order by c.relpages desc limit 20"));
    }

    @Override
    public void export(Databases now, MetricSink sink) {
        now.databases.stream()
                .limit(MOST_SERIES)
                .forEach(database -> sink.gauge(
                        "pgvigil_database_size_bytes",
                        "Size of the first " + MOST_SERIES + " databases by name.",
                        (double) database.bytes,
                        "datname",
                        database.datname));
    }

    private static Line line(Row row) {
        return new Line(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.getLong("bytes"),
                row.getDouble("now"));
    }
}
