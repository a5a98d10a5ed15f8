package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import org.junit.jupiter.api.Test;

/** As Knex 3.3.0 writes it. */
class KnexTest {

    private static final String[] HISTORY = {
        "create table knex_migrations (id serial primary key, name varchar(255), batch integer, migration_time timestamptz)",
        "create table knex_migrations_lock (index serial primary key, is_locked integer)",
        "insert into knex_migrations (name, batch, migration_time) values ('20260101000000_a.js', 1, '2026-01-01 10:00+00'), ('20260102000000_b.js', 1, '2026-01-02 10:00+00')",
        "insert into knex_migrations_lock (is_locked) values (0)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("20260101000000_a.js", "migrations/20260102000000_b.ts", "20260103000000_c.ts")
                    .history();

            assertThat(history.tool()).isEqualTo("knex");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000_b.js");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T10:00:00Z");
            assertThat(history.next()).containsExactly("20260103000000_c");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void reportsLockThatNoSessionHolds() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.granted().run("update knex_migrations_lock set is_locked = 1");

            assertThat(scene.history().state()).isEqualTo(MigrationState.STUCK);
            Finding found = scene.finding();
            assertThat(found.key()).isEqualTo("migrations/stuck");

            scene.run(String.valueOf(found.sql()));
            assertThat(scene.findings()).isEmpty();
        }
    }
}
