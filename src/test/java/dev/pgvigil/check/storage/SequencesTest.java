package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Sequences.Sequence;
import dev.pgvigil.check.storage.Sequences.Usage;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SequencesTest {

    private static final Sequences CHECK = new Sequences();
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @CsvSource({
        "0.7499, 9, true, , ",
        "0.75, 9, true, sequences/used, HEALTHY",
        "0.8999, 9, true, sequences/used, HEALTHY",
        "0.9, 9, true, sequences/near-end, DEGRADED",
        "1, 1, true, sequences/near-end, DEGRADED",
        "1, 0, true, sequences/exhausted, UNHEALTHY",
        "1.1, -5, false, sequences/near-end, DEGRADED",
    })
    void reportsByShareAndRest(
            double ratio, double remaining, boolean readable, @Nullable String key, @Nullable Status status) {
        List<Finding> findings =
                Evaluating.evaluate(CHECK, new Usage(List.of(sequence(ratio, remaining, readable)), 1, 0), SHOP);

        assertThat(findings).extracting(Finding::key).isEqualTo(key == null ? List.of() : List.of(key));
        assertThat(findings).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
    }

    @Test
    void exportsThoseOverHalf() {
        Usage usage = new Usage(List.of(sequence(0.6, 9, true), sequence(0.4, 9, true)), 7, 2);
        List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, usage);

        assertThat(figures).hasSize(4);
        assertThat(RecordedMetrics.value(figures, "pgvigil_sequences_most_used_ratio"))
                .isEqualTo(0.6);
        assertThat(RecordedMetrics.value(figures, "pgvigil_sequences_unreadable"))
                .isEqualTo(2);
        assertThat(RecordedMetrics.value(
                        figures,
                        "pgvigil_sequences_used_ratio",
                        "schemaname",
                        "public",
                        "sequencename",
                        "orders_id_seq"))
                .isEqualTo(0.6);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void measuresByTheColumnAndWhatRefersToIt(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.server();
        server.sqlIn(
                database,
                "create table identity (id int generated always as identity)",
                "select setval('identity_id_seq', 1000000000)",
                "create sequence wide",
                "create table plain (id int default nextval('wide'))",
                "select setval('wide', 2000000000)",
                "create table parent (id bigserial primary key)",
                "create table child (parent_id smallint references parent)",
                "select setval('parent_id_seq', 32767)",
                "create sequence down as int increment -1",
                "select setval('down', -1800000000)",
                "create sequence round as smallint cycle",
                "select setval('round', 32767)",
                "create sequence unused",
                "grant select on all sequences in schema public to pgvigil");
        try (Collecting collecting = Collecting.of(server, database)) {
            Usage usage = collecting.collect(CHECK);

            assertThat(usage.total()).isEqualTo(5);
            assertThat(usage.unreadable()).isZero();
            assertThat(usage.sequences())
                    .extracting(Sequence::name)
                    .containsExactly("parent_id_seq", "wide", "down", "identity_id_seq", "unused");
            Sequence parent = usage.sequences().getFirst();
            assertThat(parent.referring()).isTrue();
            assertThat(parent.remaining()).isEqualTo(0.0);
            Sequence wide = usage.sequences().get(1);
            assertThat(wide.column()).isEqualTo("id");
            assertThat(wide.remaining()).isEqualTo(147_483_647.0);
            assertThat(usage.sequences().get(2).used()).isBetween(0.83, 0.85);
            assertThat(usage.sequences().get(3).used()).isBetween(0.46, 0.47);
            assertThat(usage.sequences().getLast().ratio()).isNull();
            assertThat(Evaluating.evaluate(CHECK, usage, Evaluating.target(database)))
                    .extracting(Finding::key)
                    .containsExactly("sequences/exhausted", "sequences/near-end", "sequences/used");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsUntilTheColumnIsChanged(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.server();
        server.sqlIn(
                database,
                "create table orders (id serial)",
                "select setval('orders_id_seq', 2147483647)",
                "grant select on all sequences in schema public to pgvigil");
        try (Collecting collecting = Collecting.of(server, database)) {
            Finding found = Evaluating.one(CHECK, collecting.collect(CHECK), Evaluating.target(database));
            assertThat(found.key()).isEqualTo("sequences/exhausted");
            assertThat(found.observed())
                    .isEqualTo(
                            "1 sequence; public.orders_id_seq for public.orders.id has used 100 % of what integer holds, "
                                    + "0 values are left");
            server.sqlIn(database, String.valueOf(found.sql()), "alter sequence orders_id_seq as bigint");
            assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), Evaluating.target(database)))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void estimatesFromRowsWithoutThePrivilege(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders (id smallserial)",
                "insert into orders select generate_series(1, 30000)",
                "analyze orders");
        try (Collecting collecting = Collecting.of(server, database)) {
            Usage usage = collecting.collect(CHECK);

            assertThat(usage.unreadable()).isEqualTo(1);
            assertThat(usage.sequences().getFirst().last()).isNull();
            assertThat(Evaluating.one(CHECK, usage, Evaluating.target(database)).observed())
                    .contains("has used at least 91.6 % of what smallint holds");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void leavesOutLockedSequences(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.server();
        server.sqlIn(
                database,
                "create table orders (id serial)",
                "create sequence other",
                "grant select on all sequences in schema public to pgvigil");
        try (Collecting collecting = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            clients.inTransaction("ddl", "drop table orders");

            assertThat(collecting.collect(CHECK).sequences())
                    .extracting(Sequence::name)
                    .containsExactly("other");
        }
    }

    private static Sequence sequence(double ratio, double remaining, boolean readable) {
        return new Sequence(
                "public",
                "orders_id_seq",
                "public",
                "orders",
                "id",
                "integer",
                false,
                readable,
                5.0,
                2147483647,
                ratio,
                remaining);
    }
}
