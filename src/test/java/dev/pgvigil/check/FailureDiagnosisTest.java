package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.target.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailureDiagnosisTest {

    /** As the role pgvigil. */
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3D000 | shop | database does not exist | select datname",
                "3D000 | other | no database accepts a session | ",
                "42501 | shop | CONNECT is not granted | grant connect on database",
                "42501 | shop2 | no database accepts a session | ",
                "42501 | | heartbeat failed | pg_is_in_recovery",
                "53300 | shop | out of connections | backend_type",
                "53200 | shop | server out of resources | ",
                "53100 | shop | server out of resources | ",
                "58030 | shop | server out of resources | ",
                "57P03 | shop | starting up or shutting down | ",
                "28000 | shop | login refused | rolname = 'pgvigil'",
                "28P01 | shop | login refused | rolname = 'pgvigil'",
                "40001 | | ended by the server | ",
                "40P01 | | ended by the server | ",
            })
    void diagnosesBySqlStateInAnyLanguage(String state, @Nullable String database, String title, @Nullable String sql) {
        Failure failure =
                new Failure(Reason.PERMISSION, "\u00bbnom\u00ab, \u00ab\u00a0shop\u00a0\u00bb", state, null, database);

        expect(FailureDiagnosis.of(failure, SHOP), title, sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOT_ADMITTED | shop | login refused | pg_hba_file_rules",
                "ROLE_WITHOUT_LOGIN | shop | role cannot log in | rolname = 'pgvigil'",
                "NO_PASSWORD | shop | login refused | ",
                "ROLE_FULL | other | pgvigil's role is out of connections | usename = 'pgvigil'",
                "DATABASE_FULL | shop | database out of connections | datname = 'shop'",
                "DATABASE_FULL | other | database out of connections | datname = 'other'",
                "DATABASE_CLOSED | shop | database accepts no connections "
                        + "| alter database \"shop\" with allow_connections true",
                "DATABASE_CLOSED | other | no database accepts a session | ",
                "DATABASE_INVALID | shop | database is invalid | drop database \"shop\"",
                "NOT_POSTGRESQL | shop | not PostgreSQL 14 or newer itself | ",
                "CERTIFICATE_EXPIRED | shop | TLS failed | ",
            })
    void diagnosesByCause(Cause cause, String database, String title, @Nullable String sql) {
        expect(
                FailureDiagnosis.of(new Failure(Reason.UNSUPPORTED, "it failed", "53300", cause, database), SHOP),
                title,
                sql);
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void hasDistinctTextForEveryCause(Cause cause) {
        Heartbeat check = new Heartbeat();

        Finding found = check.evaluateFailure(new Failure(Reason.UNSUPPORTED, "it failed", null, cause, "shop"), SHOP)
                .getFirst();

        Evaluating.complete(check, found);
    }

    private static void expect(FailureDiagnosis diagnosis, String title, @Nullable String sql) {
        assertThat(diagnosis.title()).isEqualTo(title);
        if (sql == null) {
            assertThat(diagnosis.sql()).isNull();
        } else {
            assertThat(diagnosis.sql()).contains(sql);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void hasTextForEveryReason(Reason reason) {
        Heartbeat check = new Heartbeat();

        Finding found =
                check.evaluateFailure(Failure.of(reason, "it failed"), SHOP).getFirst();

        Evaluating.complete(check, found);
        assertThat(found.status()).isEqualTo(reason == Reason.LOCAL ? Status.UNKNOWN : Status.UNHEALTHY);
    }

    @ParameterizedTest
    @CsvSource({
        "QUERY, 40001, recovery conflict",
        "QUERY, 40P01, deadlock",
        "CAPACITY, 53200, free disk",
        "CAPACITY, 53100, free disk",
        "QUERY, 22023, report the error",
        "TIMEOUT, 57014, too busy",
        "CAPACITY, 53300, connection slots",
        "CONNECT, , the server's log",
        "AUTH, 28P01, password",
        "TLS, , certificate",
        "PERMISSION, 42501, Grant it to pgvigil",
        "UNSUPPORTED, 42703, checks.blocking.enabled",
        "LOCAL, , a defect",
    })
    void explainsFailedCheck(Reason reason, @Nullable String state, String words) {
        Blocking check = new Blocking();

        Finding found = check.evaluateFailure(new Failure(reason, "it failed", state), SHOP)
                .getFirst();

        Evaluating.complete(check, found);
        assertThat(found.status()).isEqualTo(Status.DEGRADED);
        assertThat(found.observed()).isEqualTo("it failed");
        assertThat(found.cause() + found.action()).containsIgnoringCase(words);
    }
}
