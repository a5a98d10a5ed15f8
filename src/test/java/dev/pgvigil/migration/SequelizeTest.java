package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Umzug 3.8 with Sequelize 6.37 writes it. */
class SequelizeTest {

    private static final String[] HISTORY = {
        "create table \"SequelizeMeta\" (name varchar(255) not null primary key)",
        "insert into \"SequelizeMeta\" values ('20260101000000-a.js'), ('20260102000000-b.js')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000-a.js", "migrations/20260102000000-b.ts", "20260103000000-c.js")
                    .history();

            assertThat(history.tool()).isEqualTo("sequelize");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000-b.js");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("20260103000000-c");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
