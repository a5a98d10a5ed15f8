package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.target.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailureDiagnosisTest {

    /** As the role pgvigil. */
    private static final Target SHOP = Judging.target("shop");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3D000 | database \"shop\" does not exist | database does not exist | select datname",
                "3D000 | Datenbank \u00bbshop\u00ab existiert nicht | database does not exist | select datname",
                "3D000 | database \"other\" does not exist | no way into the server | ",
                "42501 | permission denied for database \"shop\" | CONNECT is not granted | grant connect on database",
                "42501 | permission denied for database \"shop2\" | no way into the server | ",
                "55000 | database \"shop\" is not currently accepting connections | database accepts no connections "
                        + "| alter database \"shop\" with allow_connections true",
                "55000 | cannot connect to invalid database \"shop\" | database is invalid | drop database \"shop\"",
                "53300 | too many connections for database \"shop\" | database out of connections | datname = 'shop'",
                "53300 | zu viele Verbindungen f\u00fcr Datenbank \u00bbshop\u00ab | database out of connections "
                        + "| datname = 'shop'",
                "53300 | too many connections for role \"pgvigil\" | pgvigil's role is out of connections "
                        + "| usename = 'pgvigil'",
                "53300 | zu viele Verbindungen f\u00fcr Rolle \u00bbpgvigil\u00ab | pgvigil's role is out of connections "
                        + "| usename = 'pgvigil'",
                "53300 | sorry, too many clients already | out of connections | backend_type",
                "53300 | remaining connection slots are reserved for roles with privileges of the "
                        + "\"pg_use_reserved_connections\" role | out of connections | backend_type",
                "53200 | out of shared memory | server out of resources | ",
                "53100 | could not extend file: No space left on device | server out of resources | ",
                "58030 | could not read block 0 | server out of resources | ",
                "57P03 | the database system is starting up | starting up or shutting down | ",
                "28000 | no pg_hba.conf entry for host \"127.0.0.1\", user \"pgvigil\", database \"shop\" | login refused "
                        + "| pg_hba_file_rules",
                "28000 | role \"pgvigil\" does not exist | role cannot log in | rolname = 'pgvigil'",
                "28000 | role \"pgvigil\" is not permitted to log in | role cannot log in | rolname = 'pgvigil'",
                "28000 | certificate authentication failed for user \"pgvigil\" | login refused | rolname = 'pgvigil'",
                "28P01 | password authentication failed for user \"pgvigil\" | login refused | rolname = 'pgvigil'",
                "40001 | canceling statement due to conflict with recovery | ended by the server | ",
                "40P01 | deadlock detected | ended by the server | ",
            })
    void byCodeAndNames(String state, String message, String title, @Nullable String sql) {
        FailureDiagnosis obstacle = FailureDiagnosis.of(new Failure(Reason.QUERY, message, state), SHOP);

        assertThat(obstacle.title()).isEqualTo(title);
        if (sql == null) {
            assertThat(obstacle.sql()).isNull();
        } else {
            assertThat(obstacle.sql()).contains(sql);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasItsWords(Reason reason) {
        Heartbeat check = new Heartbeat();

        Finding found =
                check.evaluateFailure(Failure.of(reason, "it failed"), SHOP).getFirst();

        Judging.complete(check, found);
        assertThat(found.status()).isEqualTo(reason == Reason.LOCAL ? Status.UNKNOWN : Status.UNHEALTHY);
    }

    @ParameterizedTest
    @CsvSource({
        "QUERY, 40001, recovery conflict",
        "QUERY, 40P01, deadlock",
        "CAPACITY, 53200, free disk",
        "CAPACITY, 53100, free disk",
        "QUERY, 22023, report it",
        "TIMEOUT, 57014, too busy",
        "CAPACITY, 53300, connection slots",
        "CONNECT, , the server's log",
        "AUTH, 28P01, password",
        "TLS, , certificate",
        "PERMISSION, 42501, Grant it to pgvigil",
        "UNSUPPORTED, 42703, checks.blocking.enabled",
        "LOCAL, , a defect",
    })
    void checksThatAreNotAnsweredSayWhy(Reason reason, @Nullable String state, String words) {
        Blocking check = new Blocking();

        Finding found = check.evaluateFailure(new Failure(reason, "it failed", state), SHOP)
                .getFirst();

        Judging.complete(check, found);
        assertThat(found.status()).isEqualTo(Status.DEGRADED);
        assertThat(found.observed()).isEqualTo("it failed");
        assertThat(found.cause() + found.action()).containsIgnoringCase(words);
    }
}
