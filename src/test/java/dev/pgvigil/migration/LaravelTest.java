package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Laravel documents it. */
class LaravelTest {

    private static final String[] HISTORY = {
        "create table migrations (id serial primary key, migration varchar(255) not null, batch integer not null)",
        "insert into migrations (migration, batch) values ('2026_01_01_000000_a', 1), ('2026_01_02_000000_b', 2)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("2026_01_01_000000_a", "2026_01_02_000000_b.php", "2026_01_03_000000_c.php")
                    .history();

            assertThat(history.tool()).isEqualTo("laravel");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("2026_01_02_000000_b");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("2026_01_03_000000_c");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
