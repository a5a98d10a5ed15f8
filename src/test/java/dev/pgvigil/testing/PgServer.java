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
 * A real PostgreSQL server on the loopback address, which trusts every login until told otherwise. It ends at
 * {@link #close} or with the JVM, whatever state it is in. Every wait has a deadline, past which it throws an
 * {@link IllegalStateException}.
 */
public final class PgServer implements AutoCloseable {

    /** Where all servers listen. */
    static final String LOOPBACK = "127.0.0.1";

    private static final String SUPERUSER = "postgres";
    private static final String MONITOR = "pgvigil";

    private final Instance instance;
    private final Database maintenance;

    private PgServer(Instance instance) {
        this.instance = instance;
        this.maintenance = database(SUPERUSER);
    }

    /** The majors that this run is to be tested with, oldest first. */
    public static List<Integer> majors() {
        return Binaries.majors();
    }

    /**
     * The server of this major that all tests of the JVM share: do not break it, do not change its settings, and use own
     * databases and roles in it. It has {@code pg_stat_statements} loaded and room for 10 prepared transactions.
     */
    public static PgServer shared(int major) {
        return new PgServer(Instance.shared(major));
    }

    /** A new server for a test that breaks it, with these settings over the harness' own (100 connections). */
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

    /** What the server has logged since it was made. */
    public String log() {
        return instance.log();
    }

    // Asking it, as superuser

    /** A connection of the superuser; its statements fail after 60 s without an answer. */
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

    // What lives in it

    /** Makes a database of exactly this name. */
    public void createDatabase(String name) {
        sql("create database " + Sql.identifier(name));
    }

    /** Makes a database whose name begins so and is unique; returns the name. */
    public String newDatabase(String prefix) {
        String name = unique(prefix);
        createDatabase(name);
        return name;
    }

    /** A name that nothing else has. */
    public static String unique(String prefix) {
        return prefix + "_" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Makes a login with the grants of {@code docs/grants.sql}, and no more. */
    public void monitorRole(String name, String password) {
        sql(Grants.script(name), "alter role " + Sql.identifier(name) + " password " + Sql.literal(password));
    }

    // As pgvigil sees it

    /** This server for the role {@code pgvigil}, which is made with only the published grants if it is not there yet. */
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

    /** A database of this server as a target, watched by the role of {@link #server()}. */
    public Target target(String name, String database) {
        return Target.of(name, server(), database);
    }

    // Standbys

    /** A new streaming standby; it has this server's settings, answers read-only queries, and has caught up. */
    public PgServer standby() {
        return new PgServer(StandbyCopy.of(this, instance));
    }

    /** Makes a standby a primary; returns when it is one. */
    public void promote() {
        sql("select pg_promote(true, 30)");
        Waiting.until("the standby is promoted", () -> "f".equals(value("select pg_is_in_recovery()")));
    }

    /** Lets a standby receive, and not apply. */
    public void pauseReplay() {
        sql("select pg_wal_replay_pause()");
        Waiting.until("replay is paused", () -> "paused".equals(value("select pg_get_wal_replay_pause_state()")));
    }

    public void resumeReplay() {
        sql("select pg_wal_replay_resume()");
    }

    // Who may come in

    /** Replaces {@code pg_hba.conf}, save for the superuser, who is always trusted, and standbys. */
    public void hba(String... lines) {
        HbaFile.write(data(), List.of(lines));
        reload();
    }

    /** From now on every login, save the superuser's, needs its password. */
    public void demandPassword() {
        hba("host all all 127.0.0.1/32 scram-sha-256");
    }

    /** From now on every login, save the superuser's, needs TLS and its password. */
    public void demandTls() {
        hba("hostssl all all 127.0.0.1/32 scram-sha-256");
    }

    /** Switches TLS on with this certificate, or changes it: new connections get it at once. */
    public void certificate(Authority.Certificate certificate) {
        certificate.write(data());
        sql(
                "alter system set ssl_cert_file = 'server.crt'",
                "alter system set ssl_key_file = 'server.key'",
                "alter system set ssl = on");
        reload();
        Waiting.until("TLS is on", () -> "on".equals(value("show ssl")));
    }

    /** Has the server read its files again. */
    public void reload() {
        String before = value("select pg_conf_load_time()");
        sql("select pg_reload_conf()");
        Waiting.until(
                "the settings are loaded", () -> !String.valueOf(before).equals(value("select pg_conf_load_time()")));
    }

    // Faults

    /** Stops all its processes: it accepts connections, and answers nothing any more. */
    public void freeze() {
        instance.processes().freeze();
    }

    /** Lets a frozen server go on. */
    public void thaw() {
        instance.processes().thaw();
    }

    /** Ends all its processes at once, as a crash does. */
    public void kill() {
        instance.processes().kill();
    }

    /** Ends it in order; {@link #restart} brings it back. */
    public void stop() {
        instance.processes().stop();
    }

    /** Ends it in order if it runs, and starts it with the same data on the same port. */
    public void restart() {
        instance.processes().stop();
        instance.start();
    }

    /** Takes every connection slot that an ordinary role can get, until closed. */
    public ConnectionStorm fillConnections() {
        return fillConnections(Integer.MAX_VALUE);
    }

    /** Takes ordinary connection slots, this many at most, until closed. */
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
