package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedVersionsTest {

    private static final ExpectedVersions MIXED = new ExpectedVersions(List.of("1", "flyway:2", "flyway: 3"));

    @Test
    void takesEntriesThatNameTheTool() {
        assertThat(MIXED.of("flyway", Set.of("flyway", "django"))).containsExactly("2", "3");
        assertThat(MIXED.of("django", Set.of("flyway", "django"))).isEmpty();
        assertThat(MIXED.unassigned(Set.of("flyway", "django"))).isEqualTo(1);
    }

    @Test
    void takesOtherEntriesForTheOnlyTool() {
        ExpectedVersions plain = new ExpectedVersions(List.of("1", "2"));

        assertThat(plain.of("flyway", Set.of("flyway"))).containsExactly("1", "2");
        assertThat(plain.unassigned(Set.of("flyway"))).isZero();
        assertThat(plain.unassigned(Set.of())).isEqualTo(2);
        assertThat(ExpectedVersions.NONE.unassigned(Set.of())).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "000001_init.up.sql, 1",
        "20260101000000, 20260101000000",
        "db/migrate/007_x.rb, 7",
        "init, init",
        "0, 0",
        "000, 0",
    })
    void readsNumbersOfFiles(String file, String number) {
        assertThat(Versions.number(file)).isEqualTo(number);
    }
}
