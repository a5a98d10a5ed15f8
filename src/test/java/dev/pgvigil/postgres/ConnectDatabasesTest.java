package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.postgres.Failure.Reason;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectDatabasesTest {

    @ParameterizedTest
    @CsvSource({
        "3D000, true",
        "42501, true",
        "55000, true",
        "28000, true",
        "53300, true",
        "28P01, false",
        "57P03, false",
        "53200, false",
        ", false",
    })
    void triesNextDatabaseWhenErrorMayConcernOne(String state, boolean another) {
        ConnectDatabases databases = of("a", "b");

        assertThat(databases.failed(answered(state))).isEqualTo(another);
        assertThat(databases.current()).isEqualTo(another ? "b" : "a");
    }

    /** The message is in the server's language, so only the SQLSTATE counts. */
    @Test
    void triesEachDatabaseOnceBeforePause() {
        ConnectDatabases databases = of("a", "b", "c");
        Failure full = new Failure(Reason.CAPACITY, "zu viele Verbindungen f\u00fcr Datenbank \u00bba\u00ab", "53300");

        assertThat(databases.failed(full)).isTrue();
        assertThat(databases.failed(full)).isTrue();
        assertThat(databases.failed(full)).isFalse();
        assertThat(databases.current()).isEqualTo("a");
    }

    @Test
    void keepsDatabasesWhenUpdateIsEmpty() {
        ConnectDatabases databases = of("a", "b");

        databases.update(List.of());

        assertThat(databases.current()).isEqualTo("a");
        assertThat(databases.include("b")).isTrue();
        assertThat(databases.include("c")).isFalse();
    }

    @Test
    void retriesOnlyDatabaseAfterPause() {
        ConnectDatabases databases = of("a");

        assertThat(databases.failed(answered("53300"))).isFalse();
        assertThat(databases.current()).isEqualTo("a");
    }

    @Test
    void continuesWithNextDatabaseAfterPause() {
        ConnectDatabases databases = new ConnectDatabases();
        databases.update(IntStream.range(0, 100).mapToObj(i -> "db" + i).toList());

        for (int i = 1; i < ConnectDatabases.MOST_IN_A_ROUND; i++) {
            assertThat(databases.failed(answered("53300"))).isTrue();
        }
        assertThat(databases.failed(answered("53300"))).isFalse();
        assertThat(databases.current()).isEqualTo("db" + ConnectDatabases.MOST_IN_A_ROUND);
        assertThat(databases.failed(answered("53300"))).isTrue();
    }

    @Test
    void keepsCurrentDatabaseWhenOthersChange() {
        ConnectDatabases databases = of("a", "b");
        databases.failed(answered("3D000"));
        databases.succeeded();

        databases.update(List.of("c", "a", "b"));

        assertThat(databases.current()).isEqualTo("b");
    }

    private static ConnectDatabases of(String... names) {
        ConnectDatabases databases = new ConnectDatabases();
        databases.update(List.of(names));
        return databases;
    }

    private static Failure answered(String state) {
        return new Failure(Reason.QUERY, "it failed", state);
    }
}
