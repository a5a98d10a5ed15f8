package dev.pgvigil.store;

import dev.pgvigil.config.CheckConfig;
import dev.pgvigil.config.Settings;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.PGConnection;

/**
 * The command {@code store status|migrate|prune|export [FILE]}: looks after the store of a configuration file without starting the service.
 * The file is that of {@code PGVIGIL_CONFIG} if none is named.
 */
public final class StoreCommand {

    public static final String NAME = "store";

    private static final String USAGE = """
            usage: pgvigil store status [FILE]    schema, levels and partitions
                   pgvigil store migrate [FILE]   brings the schema up to date
                   pgvigil store prune [FILE]     drops the partitions whose retention is over
                   pgvigil store export [FILE]    writes history of the coarsest level and audit rows as CSV""";
    private static final int ERROR = 1;
    private static final int WRONG = 2;

    private StoreCommand() {}

    /**
     * Runs the command.
     *
     * @param args arguments after the name of the command
     * @return the exit status: 0, 1 if the store or the configuration is not as it must be, 2 for wrong usage
     */
    public static int run(List<String> args, PrintStream out, PrintStream err) {
        String file = args.size() > 1 ? args.get(1) : System.getenv("PGVIGIL_CONFIG");
        if (args.isEmpty() || args.size() > 2 || file == null || file.isBlank()) {
            err.println(USAGE);
            return WRONG;
        }
        Optional<Settings> settings = CheckConfig.settings(file, err);
        if (settings.isEmpty()) {
            return ERROR;
        }
        Optional<StoreSettings> store = settings.get().get(StoreSection.class);
        if (store.isEmpty()) {
            err.println("the configuration has no store");
            return ERROR;
        }
        List<StoreTables> tables = tables();
        Map<String, Duration> retention = new TreeMap<>();
        tables.forEach(each -> retention.putAll(each.retention(settings.get())));
        return run(args.getFirst(), store.get(), tables, retention, out, err);
    }

    /** Of all features, from the container only. */
    private static List<StoreTables> tables() {
        List<StoreTables> tables = new ArrayList<>();
        for (InstanceHandle<StoreTables> each : Arc.container().listAll(StoreTables.class)) {
            tables.add(each.get());
        }
        return tables;
    }

    static int run(
            String verb,
            StoreSettings settings,
            List<? extends StoreTables> tables,
            Map<String, Duration> retention,
            PrintStream out,
            PrintStream err) {
        Schema schema = new Schema(
                settings,
                tables.stream().flatMap(each -> each.scripts().stream()).toList());
        try {
            return switch (verb) {
                case "status" -> status(schema, out);
                case "migrate" -> migrate(schema, out);
                case "prune" -> prune(schema, retention, out);
                case "export" -> export(schema, out);
                default -> {
                    err.println(USAGE);
                    yield WRONG;
                }
            };
        } catch (SQLException | FlywayException | IOException e) {
            err.println("store: " + e.getMessage());
            return ERROR;
        }
    }

    private static int status(Schema schema, PrintStream out) throws SQLException {
        Schema.State state = schema.state();
        out.println(describe(state));
        if (state instanceof Schema.State.Older(var version, var _) && version.equals("none")) {
            return ERROR;
        }
        try (Connection session = schema.connect();
                Statement statement = session.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT l.name, count(p.child), coalesce(sum(p.bytes), 0), min(p.child),"
                                + " max(p.child), l.done FROM pgvigil.level l LEFT JOIN pgvigil.partitions() p ON p.parent = l.name"
                                + " GROUP BY l.name, l.done, l.position ORDER BY l.position")) {
            while (rows.next()) {
                out.printf(
                        "%-24s %4d partitions %14d bytes  %s to %s%s%n",
                        rows.getString(1),
                        rows.getLong(2),
                        rows.getLong(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getString(6) == null ? "" : "  made up to " + rows.getString(6));
            }
        }
        return state instanceof Schema.State.Current ? 0 : ERROR;
    }

    private static String describe(Schema.State state) {
        return switch (state) {
            case Schema.State.Current(var version) -> "schema version " + version + ": up to date";
            case Schema.State.Older(var version, var pending) ->
                "schema version " + version + ": " + pending + " migrations are missing (pgvigil store migrate)";
            case Schema.State.Newer(var version) -> "schema version " + version + ": newer than this pgvigil";
        };
    }

    private static int migrate(Schema schema, PrintStream out) {
        Schema.State state = schema.migrate();
        out.println(describe(state));
        return state instanceof Schema.State.Current ? 0 : ERROR;
    }

    private static int prune(Schema schema, Map<String, Duration> retention, PrintStream out) throws SQLException {
        if (!(schema.state() instanceof Schema.State.Current)) {
            out.println(describe(schema.state()));
            return ERROR;
        }
        try (Connection session = schema.connect()) {
            for (Map.Entry<String, Duration> table : retention.entrySet()) {
                prune(session, table.getKey(), table.getValue(), out);
            }
        }
        return 0;
    }

    private static void prune(Connection session, String table, Duration keep, PrintStream out) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement("SELECT pgvigil.prune(?, ?)")) {
            statement.setString(1, table);
            statement.setObject(2, Rows.utc(Instant.now().minus(keep)));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                out.println(table + ": " + rows.getInt(1) + " partitions dropped");
            }
        }
    }

    private static int export(Schema schema, PrintStream out) throws SQLException, IOException {
        try (Connection session = schema.connect()) {
            var copy = session.unwrap(PGConnection.class).getCopyAPI();
            copy.copyOut(
                    "COPY (SELECT t.name AS target_name, h.* FROM pgvigil.history_1h h JOIN pgvigil.target t ON t.id = h.target"
                            + " ORDER BY t.name, h.at) TO STDOUT WITH (FORMAT csv, HEADER)",
                    out);
            out.println();
            copy.copyOut(
                    "COPY (SELECT * FROM pgvigil.health_monitoring_audit ORDER BY \"timestamp\") TO STDOUT WITH (FORMAT csv, HEADER)",
                    out);
        }
        return 0;
    }
}
