package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Hasura documents it. */
class HasuraTest {

    private static final String[] HISTORY = {
        "create schema hdb_catalog",
        "create table hdb_catalog.hdb_version (hasura_uuid uuid primary key default gen_random_uuid(), version text not null, upgraded_on timestamptz not null, cli_state jsonb not null default '{}', console_state jsonb not null default '{}')",
        "insert into hdb_catalog.hdb_version (version, upgraded_on, cli_state) values ('48', now(), '{\"migrations\": {\"default\": {\"1767225600000\": false, \"1767312000000\": false}}, \"settings\": {\"migration_mode\": \"true\"}}')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("hdb_catalog")
                    .expecting("1767225600000_a", "1767312000000", "1767398400000_c")
                    .history();

            assertThat(history.tool()).isEqualTo("hasura");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("1767312000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("1767398400000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void reportsDirtyMigration() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.run(
                    "update hdb_catalog.hdb_version set cli_state = '{\"migrations\": {\"default\": {\"1767225600000\": true}}}'");
            assertThat(scene.granted("hdb_catalog").finding().key()).isEqualTo("migrations/dirty");
        }
    }
}
