package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Phinx documents it. */
class PhinxTest {

    private static final String[] HISTORY = {
        "create table phinxlog (version bigint not null primary key, migration_name varchar(100), start_time timestamp, end_time timestamp, breakpoint boolean not null default false)",
        "insert into phinxlog values (20260101000000, 'A', '2026-01-01 10:00', '2026-01-01 10:01')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000_a.php", "20260102000000_b.php")
                    .history();

            assertThat(history.tool()).isEqualTo("phinx");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260101000000");
            assertThat(history.applied()).isEqualTo(1);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-01T10:01:00");
            assertThat(history.next()).containsExactly("20260102000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
