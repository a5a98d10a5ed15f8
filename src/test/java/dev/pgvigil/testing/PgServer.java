package dev.pgvigil.testing;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on the loopback address. It trusts every login by default. It ends at {@link #close} or with the
 * JVM, whatever its state. Every wait has a deadline, after which it throws an {@link IllegalStateException}.
 */
public final class PgServer implements AutoCloseable {

    /** The address on which all servers listen. */
    static final String LOOPBACK = "127.0.0.1";

    private static final String SUPERUSER = "postgres";
    private static final String MONITOR = "pgvigil";

    private final Instance instance;
    private final Database maintenance;

    private PgServer(Instance instance) {
        this.instance = instance;
        this.maintenance = database(SUPERUSER);
    }

    /** The majors of this test run, oldest first. */
    public static List<Integer> majors() {
        return Binaries.majors();
    }

    /**
     * The server of this major that all tests of the JVM share: do not break it or change its settings, and use separate
     * databases and roles. It has {@code pg_stat_statements} loaded and max_prepared_transactions set to 10.
     */
    public static PgServer shared(int major) {
        return new PgServer(Instance.shared(major));
    }

    /** A new server for a test that breaks it, with these settings in addition to the harness' own (100 connections). */
    public static PgServer start(int major, Map<String, String> settings) {
        return new PgServer(Instance.start(major, settings));
    }

    /** A new server for a test that breaks it. */
    public static PgServer start(int major) {
        return start(major, Map.of());
    }

    public int major() {
        return instance.major();
    }

    public String host() {
        return LOOPBACK;
    }

    public int port() {
        return instance.port();
    }

    /** The data directory. */
    public Path data() {
        return instance.data();
    }

    /** The server's log since it was created. */
    public String log() {
        return instance.log();
    }

    // Queries, as superuser

    /** A connection of the superuser; statements fail after 60 s without an answer. */
    public Connection jdbc(String database) throws SQLException {
        return database(database).connect(SUPERUSER, null, "test");
    }

    /** A connection of any user; {@code application} becomes its {@code application_name}. */
    public Connection jdbc(String database, String user, @Nullable String password, String application)
            throws SQLException {
        return database(database).connect(user, password, application);
    }

    /** Runs statements in the database {@code postgres}, each in its own transaction. */
    public void sql(String... statements) {
        maintenance.run(statements);
    }

    /** Runs statements in a database, each in its own transaction. */
    public void sqlIn(String database, String... statements) {
        database(database).run(statements);
    }

    /** The first column of the first row, as text. */
    public @Nullable String value(String query) {
        return maintenance.value(query);
    }

    /** The first column of the first row, as text. */
    public @Nullable String valueIn(String database, String query) {
        return database(database).value(query);
    }

    // Databases and roles

    /** Creates a database of exactly this name. */
    public void createDatabase(String name) {
        sql("create database " + Sql.identifier(name));
    }

    /** Creates a database with this prefix and a unique name; returns the name. */
    public String newDatabase(String prefix) {
        String name = unique(prefix);
        createDatabase(name);
        return name;
    }

    /** A unique name. */
    public static String unique(String prefix) {
        return prefix + "_" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Creates a login role with the grants of {@code docs/grants.sql} only. */
    public void monitorRole(String name, String password) {
        sql(Grants.script(name), "alter role " + Sql.identifier(name) + " password " + Sql.literal(password));
    }

    // pgvigil's view

    /** This server for the role {@code pgvigil}, which is created with only the published grants if necessary. */
    public Server server() {
        ensureMonitor();
        return server(MONITOR, null);
    }

    /** This server for a role, without TLS. */
    public Server server(String user, @Nullable String password) {
        return server(user, password, new Tls(Tls.Mode.DISABLE));
    }

    /** This server for a role. */
    public Server server(String user, @Nullable String password, Tls tls) {
        return new Server(host(), port(), user, password == null ? null : new Secret(password), tls);
    }

    /** A database of this server as a target, monitored by the role of {@link #server()}. */
    public Target target(String name, String database) {
        return Target.of(name, server(), database);
    }

    // Standbys

    /** A new streaming standby that has this server's settings, allows read-only queries, and has caught up. */
    public PgServer standby() {
        return new PgServer(StandbyCopy.of(this, instance));
    }

    /** Promotes a standby; returns when it is a primary. */
    public void promote() {
        sql("select pg_promote(true, 30)");
        Waiting.until("the standby is promoted", () -> "f".equals(value("select pg_is_in_recovery()")));
    }

    /** Pauses replay on a standby; it still receives WAL. */
    public void pauseReplay() {
        sql("select pg_wal_replay_pause()");
        Waiting.until("replay is paused", () -> "paused".equals(value("select pg_get_wal_replay_pause_state()")));
    }

    public void resumeReplay() {
        sql("select pg_wal_replay_resume()");
    }

    // Authentication

    /** Replaces {@code pg_hba.conf}, except for the superuser, who is always trusted, and standbys. */
    public void hba(String... lines) {
        HbaFile.write(data(), List.of(lines));
        reload();
    }

    /** From now on every login except the superuser's requires a password. */
    public void demandPassword() {
        hba("host all all 127.0.0.1/32 scram-sha-256");
    }

    /** From now on every login except the superuser's requires TLS and a password. */
    public void demandTls() {
        hba("hostssl all all 127.0.0.1/32 scram-sha-256");
    }

    /** Switches TLS on with this certificate, or replaces it; new connections use it at once. */
    public void certificate(Authority.Certificate certificate) {
        certificate.write(data());
        sql(
                "alter system set ssl_cert_file = 'server.crt'",
                "alter system set ssl_key_file = 'server.key'",
                "alter system set ssl = on");
        reload();
        Waiting.until("TLS is on", () -> "on".equals(value("show ssl")));
    }

    /** Makes the server reload its configuration files. */
    public void reload() {
        String before = value("select pg_conf_load_time()");
        sql("select pg_reload_conf()");
        Waiting.until(
                "the settings are loaded", () -> !String.valueOf(before).equals(value("select pg_conf_load_time()")));
    }

    // Faults

    /** Stops all its processes: the kernel accepts connections, but the server never answers. */
    public void freeze() {
        instance.processes().freeze();
    }

    /** Resumes a frozen server. */
    public void thaw() {
        instance.processes().thaw();
    }

    /** Kills all its processes at once, as in a crash. */
    public void kill() {
        instance.processes().kill();
    }

    /** Shuts it down; {@link #restart} starts it again. */
    public void stop() {
        instance.processes().stop();
    }

    /** Shuts it down if it is running, and starts it with the same data on the same port. */
    public void restart() {
        instance.processes().stop();
        instance.start();
    }

    /** Takes every connection slot available to ordinary roles, until closed. */
    public ConnectionStorm fillConnections() {
        return fillConnections(Integer.MAX_VALUE);
    }

    /** Takes at most this many ordinary connection slots, until closed. */
    public ConnectionStorm fillConnections(int most) {
        String role = unique("storm");
        sql("create role " + Sql.identifier(role) + " login");
        return ConnectionStorm.of(most, () -> jdbc(SUPERUSER, role, null, "storm"));
    }

    @Override
    public void close() {
        instance.close();
    }

    private Database database(String name) {
        return new Database(port(), name);
    }

    private void ensureMonitor() {
        if (value("select 1 from pg_roles where rolname = '" + MONITOR + "'") == null) {
            sql(Grants.script(MONITOR));
        }
    }
}
