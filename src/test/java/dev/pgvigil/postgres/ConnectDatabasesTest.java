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
    void anotherIsTriedWhereItMayHelp(String state, boolean another) {
        ConnectDatabases entrances = of("a", "b");

        assertThat(entrances.failed(answered(state))).isEqualTo(another);
        assertThat(entrances.current()).isEqualTo(another ? "b" : "a");
    }

    /** A database without connections left says so in the server's language. */
    @Test
    void eachIsTriedOnceInARound() {
        ConnectDatabases entrances = of("a", "b", "c");
        Failure full = new Failure(Reason.CAPACITY, "zu viele Verbindungen f\u00fcr Datenbank \u00bba\u00ab", "53300");

        assertThat(entrances.failed(full)).isTrue();
        assertThat(entrances.failed(full)).isTrue();
        assertThat(entrances.failed(full)).isFalse();
        assertThat(entrances.current()).isEqualTo("a");
    }

    @Test
    void noneIsNoChange() {
        ConnectDatabases entrances = of("a", "b");

        entrances.are(List.of());

        assertThat(entrances.current()).isEqualTo("a");
        assertThat(entrances.include("b")).isTrue();
        assertThat(entrances.include("c")).isFalse();
    }

    @Test
    void theOnlyOneIsTriedAgainAfterAPause() {
        ConnectDatabases entrances = of("a");

        assertThat(entrances.failed(answered("53300"))).isFalse();
        assertThat(entrances.current()).isEqualTo("a");
    }

    @Test
    void ofManyOnlyAFewAreTriedBeforeAPauseAndThenTheNext() {
        ConnectDatabases entrances = new ConnectDatabases();
        entrances.are(IntStream.range(0, 100).mapToObj(i -> "db" + i).toList());

        for (int i = 1; i < ConnectDatabases.MOST_IN_A_ROUND; i++) {
            assertThat(entrances.failed(answered("53300"))).isTrue();
        }
        assertThat(entrances.failed(answered("53300"))).isFalse();
        assertThat(entrances.current()).isEqualTo("db" + ConnectDatabases.MOST_IN_A_ROUND);
        assertThat(entrances.failed(answered("53300"))).isTrue();
    }

    @Test
    void whatLetUsInIsKeptWhenOthersComeAndGo() {
        ConnectDatabases entrances = of("a", "b");
        entrances.failed(answered("3D000"));
        entrances.succeeded();

        entrances.are(List.of("c", "a", "b"));

        assertThat(entrances.current()).isEqualTo("b");
    }

    private static ConnectDatabases of(String... names) {
        ConnectDatabases entrances = new ConnectDatabases();
        entrances.are(List.of(names));
        return entrances;
    }

    private static Failure answered(String state) {
        return new Failure(Reason.QUERY, "it failed", state);
    }
}
