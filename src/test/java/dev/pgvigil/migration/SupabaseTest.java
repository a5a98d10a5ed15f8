package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As the command line of Supabase documents it. */
class SupabaseTest {

    private static final String[] HISTORY = {
        "create schema supabase_migrations",
        "create table supabase_migrations.schema_migrations (version text not null primary key, statements text[], name text)",
        "insert into supabase_migrations.schema_migrations values ('20260101000000', '{}', 'a'), ('20260102000000', '{}', 'b')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("supabase_migrations")
                    .expecting("20260101000000_a.sql", "20260102000000", "20260103000000_c.sql")
                    .history();

            assertThat(history.tool()).isEqualTo("supabase");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260102000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("20260103000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
