package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.verify.Progress;
import java.io.InterruptedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Tests of restored data: the configured assertions, a read of every table, and the structure of tables and indexes by amcheck. */
final class DataChecks {

    private static final int MOST_FAILURES = 50;

    private static final String DATABASES = "select datname from pg_database where datallowconn order by oid";
    private static final String TABLES = """
            select c.oid::int8, format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'm') and c.relpersistence = 'p' order by c.oid""";
    private static final String INDEXES = """
            select c.oid::int8, format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
              join pg_index i on i.indexrelid = c.oid join pg_am a on a.oid = c.relam
            where a.amname = 'btree' and i.indisvalid and i.indisready and c.relpersistence = 'p' order by c.oid""";

    private final DrillPlan plan;
    private final Progress progress;
    private final List<String> failures;
    private final List<String> notes;
    private long tables;
    private long rows;

    /** A table or an index. */
    private record Relation(long oid, String name) {}

    DataChecks(DrillPlan plan, Progress progress, List<String> failures, List<String> notes) {
        this.plan = plan;
        this.progress = progress;
        this.failures = failures;
        this.notes = notes;
    }

    long tables() {
        return tables;
    }

    long rows() {
        return rows;
    }

    /** The configured assertions, while recovery is paused at the moment: nothing has changed since. */
    void assertions(ScratchServer server) throws InterruptedIOException {
        for (Assertion assertion : plan.assertions()) {
            progress.check();
            try (Connection connection = server.connect(assertion.database());
                    Statement statement = connection.createStatement()) {
                statement.execute("set search_path = \"$user\", public");
                try (ResultSet result = statement.executeQuery(assertion.sql())) {
                    boolean right = result.next() && result.getBoolean(1) && !result.wasNull();
                    if (!right) {
                        failed("the assertion " + assertion.name() + " is not true");
                    }
                }
            } catch (SQLException e) {
                failed("the assertion " + assertion.name() + " failed (" + e.getSQLState() + ")" + text(e));
            }
        }
        if (plan.assertions().isEmpty()) {
            notes.add("no assertions are configured for this repository");
        }
    }

    /** Reads everything. */
    void run(ScratchServer server, boolean asserted) throws SQLException, InterruptedIOException {
        if (!asserted) {
            assertions(server);
        }
        List<String> databases = new ArrayList<>();
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(DATABASES)) {
            while (result.next()) {
                databases.add(result.getString(1));
            }
        }
        for (String database : databases) {
            database(server, database);
        }
        try (Connection connection = server.connect("postgres")) {
            String wrong = Drill.text(connection, "select coalesce(sum(checksum_failures), 0) from pg_stat_database");
            if (!"0".equals(wrong)) {
                failed(wrong + " pages have wrong checksums");
            }
        }
    }

    private void database(ScratchServer server, String database) throws SQLException, InterruptedIOException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            boolean amcheck = amcheck(statement, database);
            for (Relation table : relations(statement, TABLES)) {
                progress.check();
                read(statement, database, table, amcheck);
            }
            for (Relation index : amcheck ? relations(statement, INDEXES) : List.<Relation>of()) {
                progress.check();
                query(statement, database, index, "select amcheck.bt_index_check(" + index.oid + "::regclass, true)");
            }
        }
    }

    private boolean amcheck(Statement statement, String database) throws SQLException {
        try (ResultSet available =
                statement.executeQuery("select count(*) from pg_available_extensions where name = 'amcheck'")) {
            if (!available.next() || available.getInt(1) == 0) {
                notes.add("amcheck is not installed: the structure of " + database + " was not verified");
                return false;
            }
        }
        // A restored database may have it in another schema.
        statement.execute("drop extension if exists amcheck");
        statement.execute("create schema if not exists amcheck");
        statement.execute("create extension amcheck schema amcheck");
        return true;
    }

    private static List<Relation> relations(Statement statement, String sql) throws SQLException {
        List<Relation> relations = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                relations.add(new Relation(result.getLong(1), result.getString(2)));
            }
        }
        return relations;
    }

    private void read(Statement statement, String database, Relation table, boolean amcheck) {
        tables++;
        try (ResultSet result = statement.executeQuery("select count(*) from " + table.name)) {
            rows += result.next() ? result.getLong(1) : 0;
        } catch (SQLException e) {
            unreadable(database, table, e);
            return;
        }
        if (amcheck) {
            query(
                    statement,
                    database,
                    table,
                    "select blkno || ': ' || msg from amcheck.verify_heapam(" + table.oid
                            + "::regclass, check_toast => true) limit 1");
        }
    }

    /** A query that returns nothing if all is well. */
    private void query(Statement statement, String database, Relation relation, String sql) {
        try (ResultSet result = statement.executeQuery(sql)) {
            String found = result.next() ? result.getString(1) : null;
            if (found != null && !found.isEmpty()) {
                failed(database + "." + relation.name + " is damaged: " + found);
            }
        } catch (SQLException e) {
            unreadable(database, relation, e);
        }
    }

    private void unreadable(String database, Relation relation, SQLException e) {
        failed(database + "." + relation.name + " cannot be read (" + e.getSQLState() + ")" + text(e));
    }

    /** What the server says; not where that has values: errors in data, violated constraints, and what functions raise. */
    private static String text(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("P0") ? "" : ": " + e.getMessage();
    }

    private void failed(String text) {
        if (failures.size() < MOST_FAILURES) {
            failures.add(text);
        }
    }
}
