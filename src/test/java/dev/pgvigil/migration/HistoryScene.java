package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A database of the shared server with the history of a tool, and pgvigil's session to it. */
final class HistoryScene implements AutoCloseable {

    static final PostedVersions POSTED = new PostedVersions();
    static final Migrations CHECK = new Migrations(Catalogues.all(MigrationTool.class), POSTED);

    final PgServer server;
    final String database;
    private final Collecting collecting;
    private final Map<String, Double> thresholds = new HashMap<>();
    private final Map<String, Object> options = new HashMap<>();

    private HistoryScene(PgServer server, String... statements) {
        this.server = server;
        this.database = server.newDatabase("migrations");
        run(statements);
        this.collecting = Collecting.of(server, database);
    }

    /** On the newest major. */
    static HistoryScene of(String... statements) {
        return on(PgServer.majors().getLast(), statements);
    }

    static HistoryScene on(int major, String... statements) {
        return new HistoryScene(PgServer.shared(major), statements);
    }

    /** Runs statements as superuser. */
    void run(String... statements) {
        server.sqlIn(database, statements);
    }

    /** Grants pgvigil the reading of all tables of the schema. */
    HistoryScene granted(String schema) {
        server.server();
        run(
                "grant usage on schema " + schema + " to pgvigil",
                "grant select on all tables in schema " + schema + " to pgvigil");
        return this;
    }

    HistoryScene granted() {
        return granted("public");
    }

    HistoryScene expecting(String... versions) {
        options.put(Migrations.EXPECTED.name(), List.of(versions));
        return this;
    }

    HistoryScene option(CheckOption<List<String>> option, String... texts) {
        options.put(option.name(), List.of(texts));
        return this;
    }

    HistoryScene threshold(String name, double value) {
        thresholds.put("migrations." + name, value);
        return this;
    }

    Target target() {
        return new Target(
                "shop",
                server.server(),
                database,
                "",
                ExpectedRole.ANY,
                Map.of(),
                new Thresholds(thresholds),
                Map.of(Migrations.NAME, new CheckSetting(true, null, List.of(), options)),
                null);
    }

    Histories collect() {
        return collecting.ask(session -> CHECK.collect(session, target()));
    }

    /** The only history. */
    MigrationHistory history() {
        Histories seen = collect();
        assertThat(seen.histories()).hasSize(1);
        return seen.histories().getFirst();
    }

    List<Finding> findings() {
        return Evaluating.evaluate(CHECK, collect(), target());
    }

    /** The only finding. */
    Finding finding() {
        List<Finding> findings = findings();
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    /** An application's sessions to the database. */
    Clients clients() {
        return new Clients(server, database);
    }

    String url() {
        return "jdbc:postgresql://" + server.host() + ":" + server.port() + "/" + database;
    }

    @Override
    public void close() {
        collecting.close();
    }
}
