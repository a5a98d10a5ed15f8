package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As node-pg-migrate documents it. */
class NodePgMigrateTest {

    private static final String[] HISTORY = {
        "create table pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)",
        "insert into pgmigrations (name, run_on) values ('1767225600000_a', '2026-01-01 10:00')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("migrations/1767225600000_a.js", "1767312000000_b.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("node-pg-migrate");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("1767225600000_a");
            assertThat(history.applied()).isEqualTo(1);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-01T10:00:00");
            assertThat(history.next()).containsExactly("1767312000000_b");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
