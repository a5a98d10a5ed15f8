package dev.pgvigil.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Questions about whom an incident touches, on a real server. */
class ImpactReaderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final PgServer SERVER = PgServer.start(PgServer.majors().getLast());
    private static final Monitoring MONITORING = Monitoring.over();

    private final ImpactReader reader = new ImpactReader(MONITORING.fleet(), MONITORING.watch());

    @BeforeAll
    static void watch() {
        Target shop = SERVER.target("shop", "postgres"); // and its role
        SERVER.sql(
                "create table vendor (name text, phone text)",
                "insert into vendor values ('Flowers', '+15550100'), ('Cakes', null)",
                "grant select on vendor to pgvigil",
                "create table secret (id int)");
        MONITORING.follow(shop);
        MONITORING.awaitStatus("shop", Status.HEALTHY);
    }

    @AfterAll
    static void stop() {
        MONITORING.close();
        SERVER.close();
    }

    private static Incident incident() {
        Candidate one = SampleAlerts.firing(
                SampleAlerts.target("shop", "db1"), SampleAlerts.finding("sample", "x", Severity.CRITICAL));
        AlertReport.Shown shown = AlertReport.Shown.of(one.alert(), one, List.of());
        return Incident.begin("db1:5432", shown, SampleAlerts.START)
                .with(Incident.Involved.of(shown, SampleAlerts.START));
    }

    private List<ImpactReader.Answer> ask(String database, String sql, String... targets) {
        return reader.read(
                        incident(),
                        List.of(new Impact(
                                "vendors",
                                database,
                                sql,
                                List.of(targets).stream().map(Glob::new).toList())))
                .await()
                .atMost(PATIENCE)
                .answers();
    }

    @Test
    void answersWithTheRowsOfTheDatabaseAsTheyAreNow() {
        assertThat(ask("shop", "select name, phone from vendor order by name", "sh*"))
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.problem()).isNull();
                    assertThat(answer.rows()).hasSize(2).contains(Map.of("name", "Flowers", "phone", "+15550100"));
                    assertThat(answer.rows().getFirst()).containsEntry("phone", null);
                });
        assertThat(ask("shop", "select i from generate_series(1, 1000) i").getFirst())
                .satisfies(answer -> {
                    assertThat(answer.rows()).hasSize(500);
                    assertThat(answer.more()).isTrue();
                });
    }

    @Test
    void questionAboutOtherTargetsIsNotAsked() {
        assertThat(ask("shop", "select 1", "mall")).isEmpty();
    }

    @Test
    void failureHasAReasonWithoutDataAndNothingIsWritten() {
        assertThat(ask("shop", "select * from secret").getFirst().problem()).isEqualTo("SQLSTATE 42501");
        assertThat(ask("shop", "select 'phone'::int").getFirst().problem()).isEqualTo("SQLSTATE 22P02");
        assertThat(ask("shop", "delete from vendor returning name").getFirst().problem())
                .isNotNull();
        assertThat(ask("shop", "select 1; drop table vendor").getFirst().problem())
                .isNotNull();
        assertThat(ask("nowhere", "select 1").getFirst().problem()).isEqualTo("no target is named nowhere");
        assertThat(SERVER.value("select count(*) from vendor")).isEqualTo("2");
    }
}
