package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As dbmate 2 writes it. */
class DbmateTest {

    private static final String[] HISTORY = {
        "create table schema_migrations (version varchar not null primary key)",
        "insert into schema_migrations values ('20260101000000')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000_a.sql", "20260102000000_b.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("dbmate");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260101000000");
            assertThat(history.applied()).isEqualTo(1);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("20260102000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
