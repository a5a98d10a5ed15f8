package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names in shared catalogs are decoded correctly, whichever database pgvigil's session uses. */
class EncodingsTest {

    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());

    /** Checks that each observe one of the test's names. */
    private static final Set<String> WITH_NAMES =
            Set.of("databases", "connections", "conflicts", "long-work", "blocking");

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void readsNamesOfOtherEncodingsInEveryDatabase(int major) throws Exception {
        try (PgServer server = PgServer.start(major)) {
            server.sql(
                    "create database latin template template0 encoding LATIN1",
                    "create database plain template template0 encoding SQL_ASCII",
                    "create database \"küche\"",
                    "create role \"köchin\" login superuser");
            // In bytes that are not valid UTF-8.
            server.sqlIn("latin", "create database \"café\"", "create role \"garçon\" login superuser");
            for (String own : List.of("postgres", "latin", "plain", "küche")) {
                server.sqlIn(own, "create extension pg_stat_statements");
            }
            try (Clients kitchen = new Clients(server, "küche");
                    Clients latin = new Clients(server, "latin")) {
                occupy(server, kitchen, latin);
                for (String own : List.of("postgres", "latin", "plain", "küche")) {
                    try (Collecting asking = asking(server, own)) {
                        for (Check<?> check : Catalogues.all()) {
                            assertNames(own, check, asking.collect(check));
                        }
                        judges(asking.collect(new Databases()));
                    }
                }
            }
            server.sqlIn("küche", "rollback prepared 'gefäß'");
        }
    }

    /** A server that has just created databases may be slow. */
    private static Collecting asking(PgServer server, String database) {
        return await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> Collecting.of(server, database), Objects::nonNull);
    }

    /** Creates a lock wait, an open transaction and a prepared one, each over a second old. */
    private static void occupy(PgServer server, Clients kitchen, Clients latin) throws SQLException {
        Clients.Client cook = kitchen.idle("cook", "köchin");
        cook.run(
                "create table \"größe\" (id int)",
                "begin",
                "insert into \"größe\" values (1)",
                "prepare transaction 'gefäß'",
                "begin",
                "lock table \"größe\" in access share mode");
        kitchen.idle("guest", "köchin").begin("alter table \"größe\" add column note text");
        latin.idle("waiter", "postgres").run("begin", "select 1 as \"é\"");
        await().until(() -> "4".equals(server.value("""
                        select (select count(*) from pg_stat_activity where state_change < now() - interval '1.1 s'
                          and application_name in ('cook', 'guest', 'waiter'))
                          + (select count(*) from pg_prepared_xacts where prepared < now() - interval '1.1 s')""")));
    }

    private static void assertNames(String own, Check<?> check, Object observed) throws Exception {
        String text = JSON.writeValueAsString(observed);
        assertThat(text).as(check.name() + " in " + own).doesNotContain("Ã", "\ufffd", "\\ufffd");
        if (WITH_NAMES.contains(check.name())) {
            assertThat(text).as(check.name() + " in " + own).contains("küche");
        }
        switch (check.name()) {
            case "databases", "conflicts" -> assertThat(text).contains("café");
            case "connections" -> assertThat(text).contains("köchin");
            case "long-work" -> assertThat(text).contains("köchin", "gefäß", "größe", "\\\"é\\\"");
            case "blocking" -> assertThat(text).contains("köchin", "größe");
            case String other -> {}
        }
    }

    private static void judges(Databases.Listing listing) {
        assertThat(Evaluating.evaluate(new Databases(), listing, Evaluating.target("küche")))
                .isEmpty();
        assertThat(listing.discoverable()).contains("küche", "latin", "plain").doesNotContain("café");
        assertThat(Evaluating.one(new Databases(), listing, Evaluating.target("café"))
                        .observed())
                .isEqualTo("the server has a database of this name, but the name is not UTF-8");
    }
}
