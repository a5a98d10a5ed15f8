package dev.pgvigil.check.server;

import static dev.pgvigil.postgres.Sql.identifier;
import static dev.pgvigil.postgres.Sql.literal;
import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Capabilities.Held;
import dev.pgvigil.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One finding for each missing privilege, extension or setting: what is lost without it, and how to add it. Pure. */
public record CapabilityFindings(Held held, Target target) {

    static final int OLDEST = 14;
    static final int NEWEST = 18;

    private static final String STATEMENTS = "pg_stat_statements";

    /** The version of pg_stat_statements that each major comes with. */
    static final Map<Integer, String> STATEMENTS_VERSIONS =
            Map.of(14, "1.9", 15, "1.10", 16, "1.10", 17, "1.11", 18, "1.12");

    List<Finding> findings() {
        List<Finding> all = new ArrayList<>();
        if (held.major() < OLDEST || held.major() > NEWEST) {
            all.add(version());
        }
        if (!held.monitor()) {
            all.add(monitor());
        }
        if (!held.unreadable().isEmpty()) {
            all.add(catalogues());
        }
        if (!held.connect()) {
            all.add(connect());
        }
        if (held.superuser()) {
            all.add(superuser());
        }
        if (Boolean.FALSE.equals(held.reservedSlots()) && !held.superuser()) {
            all.add(reserved());
        }
        Finding statements = statements();
        if (statements != null) {
            all.add(statements);
        }
        settings(all);
        return all;
    }

    private void settings(List<Finding> all) {
        if (!held.trackActivities()) {
            all.add(activities());
        }
        if (!held.trackIoTiming()) {
            all.add(timing());
        }
        if (held.trackActivityQuerySizeBytes() < target.thresholds().of(Capabilities.QUERY_SIZE)) {
            all.add(querySize(Math.round(target.thresholds().of(Capabilities.QUERY_SIZE))));
        }
    }

    private Finding version() {
        String observed = "The server is PostgreSQL " + held.version();
        Finding finding = held.major() > NEWEST
                ? advice("version", "PostgreSQL is newer than pgvigil", observed)
                        .cause("pgvigil works with it, but has not been tested with it.")
                        .action("Upgrade pgvigil.")
                        .expectedEffect("Columns and views of this version are read.")
                : trouble("version", "PostgreSQL is too old", observed)
                        .cause(
                                "Some columns and functions that pgvigil uses were added in PostgreSQL 14, so some checks fail; "
                                        + "and this version no longer gets security fixes.")
                        .action("Upgrade the server.");
        return finding.threshold("PostgreSQL " + OLDEST + " to " + NEWEST);
    }

    private Finding monitor() {
        return trouble(
                        "pg-monitor",
                        "the role pg_monitor is not granted",
                        "Role " + held.usename() + " does not have the privileges of pg_monitor")
                .cause(
                        "Without it pgvigil cannot see the activity of other sessions: long work, blocking and the states of "
                                + "connections are unknown.")
                .action("Grant it, as a superuser or a role with admin option on pg_monitor.")
                .sql("grant pg_monitor to " + identifier(held.usename()));
    }

    private Finding catalogues() {
        String names = held.unreadable().stream()
                .sorted()
                .map(name -> "pg_catalog." + name)
                .collect(joining(", "));
        return trouble(
                        "catalogs",
                        "system catalogs cannot be read",
                        "Role " + held.usename() + " has no SELECT on " + names)
                .cause("SELECT was revoked from PUBLIC, as some hosts do. What pgvigil reads there stays unknown.")
                .action("Grant it in this database, as a superuser.")
                .sql("grant select on " + names + " to " + identifier(held.usename()));
    }

    private Finding connect() {
        return trouble(
                        "connect",
                        "CONNECT on the database is not granted",
                        "Role " + held.usename() + " may no longer connect to database " + target.database())
                .cause(
                        "CONNECT was revoked while this session was open: the next one is refused, and checks that run in "
                                + "the database itself cannot run.")
                .action("Grant it, as the database's owner.")
                .sql(FailureDiagnosis.grantConnect(target.database(), held.usename()));
    }

    private Finding superuser() {
        return advice("superuser", "pgvigil is a superuser", "Role " + held.usename() + " is a superuser")
                .cause("pgvigil needs CONNECT and pg_monitor only; with this role's password, an attacker could do "
                        + "anything.")
                .action("Let pgvigil log in as a role with only these grants.")
                .expectedEffect("The password of pgvigil no longer opens every database of the server.")
                .sql("create role pgvigil login connection limit 8; grant pg_monitor to pgvigil");
    }

    private Finding reserved() {
        return advice(
                        "reserved-connections",
                        "pgvigil cannot use reserved connections",
                        "Role %s does not have pg_use_reserved_connections; reserved_connections is %s"
                                .formatted(held.usename(), held.reservedConnections()))
                .cause(
                        "When applications use all ordinary connections, pgvigil cannot open one either, just when it is "
                                + "needed.")
                .action("Grant it, and if reserved_connections is 0, set it to 3; that requires a restart.")
                .expectedEffect(
                        "pgvigil can connect, and say who holds the connections, while applications use all of them.")
                .sql("grant pg_use_reserved_connections to " + identifier(held.usename()));
    }

    private @Nullable Finding statements() {
        if (held.libraries() != null && !held.libraries().contains(STATEMENTS)) {
            return library(held.libraries());
        }
        if (held.statementsVersion() == null) {
            return held.unreadable().contains("pg_extension") ? null : extension();
        }
        String expected = STATEMENTS_VERSIONS.get(held.major());
        return expected != null && older(held.statementsVersion(), expected) ? outdated(expected) : null;
    }

    private static Finding library(List<String> libraries) {
        return advice(
                        "statements-library",
                        "pg_stat_statements is not loaded",
                        "shared_preload_libraries does not contain pg_stat_statements")
                .cause("Without it the server does not record which statements take most of the time.")
                .action("Add it to shared_preload_libraries, restart the server, and create the extension "
                        + "pg_stat_statements in this database.")
                .expectedEffect("Which statements take most of the time, and which became slower, is known.")
                .sql("alter system set shared_preload_libraries = "
                        + Stream.concat(libraries.stream(), Stream.of(STATEMENTS))
                                .map(name -> literal(name).strip())
                                .collect(joining(", ")));
    }

    private Finding extension() {
        return advice(
                        "statements-extension",
                        "the extension pg_stat_statements is missing",
                        "Database " + target.database() + " does not have the extension pg_stat_statements")
                .cause("Without its view it is not known which statements take most of the time.")
                .action("Create it in this database, as a superuser.")
                .expectedEffect("Which statements take most of the time, and which became slower, is known.")
                .sql("create extension pg_stat_statements");
    }

    private Finding outdated(String expected) {
        return advice(
                        "statements-version",
                        "the extension pg_stat_statements is outdated",
                        "Database %s has pg_stat_statements %s; PostgreSQL %s comes with %s"
                                .formatted(target.database(), held.statementsVersion(), held.major(), expected))
                .cause("The server was upgraded and the extension was not: columns of the newer one are missing.")
                .action("Update it in this database, as its owner.")
                .expectedEffect("Columns of the newer version are read, such as the time of I/O by its kind.")
                .sql("alter extension pg_stat_statements update");
    }

    private static Finding activities() {
        return trouble("track-activities", "track_activities is off", "track_activities is off for pgvigil's session")
                .cause("The server does not record what sessions do: long work and the statements that hold locks are "
                        + "unknown.")
                .action("Turn it on; its cost is negligible.")
                .sql("alter system set track_activities = on; select pg_reload_conf()");
    }

    private static Finding timing() {
        return advice("track-io-timing", "track_io_timing is off", "track_io_timing is off for pgvigil's session")
                .cause("The server does not measure the time of reads and writes: I/O times are unknown, not zero.")
                .action("Turn it on if reading the clock is cheap on this host; pg_test_timing measures that.")
                .expectedEffect("Times of reads and writes are known, and slow storage is told apart from much work.")
                .sql("alter system set track_io_timing = on; select pg_reload_conf()");
    }

    private Finding querySize(long least) {
        return advice(
                        "query-size",
                        "texts of statements are truncated",
                        "track_activity_query_size is " + held.trackActivityQuerySizeBytes() + " B")
                .threshold("at least " + least + " B")
                .cause("Longer statements are truncated in pg_stat_activity and cannot be distinguished.")
                .action("Raise it; that requires a restart.")
                .expectedEffect("Statements that begin alike are told apart in lists of sessions and locks.")
                .sql("alter system set track_activity_query_size = " + least);
    }

    /** Whether a dotted version comes before another. */
    static boolean older(String version, String than) {
        return Arrays.compare(numbers(version), numbers(than)) < 0;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\D+", -1))
                .filter(part -> !part.isEmpty() && part.length() < 10)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** pgvigil cannot see part of the database. */
    private static Finding trouble(String key, String title, String observed) {
        return Finding.of(Capabilities.NAME, key, Status.DEGRADED, Severity.MEDIUM, title, observed);
    }

    /** An improvement that is not necessary. */
    private static Finding advice(String key, String title, String observed) {
        return Finding.of(Capabilities.NAME, key, Status.HEALTHY, Severity.LOW, title, observed);
    }
}
