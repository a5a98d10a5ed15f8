package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Diesel documents it. */
class DieselTest {

    private static final String[] HISTORY = {
        "create table __diesel_schema_migrations (version varchar(50) primary key not null, run_on timestamp not null default current_timestamp)",
        "insert into __diesel_schema_migrations values ('00000000000000', '2026-01-01 09:00'), ('20260101000000', '2026-01-01 10:00')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("2026-01-01-000000_a/up.sql", "migrations/2026-01-02-000000_b")
                    .history();

            assertThat(history.tool()).isEqualTo("diesel");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("20260101000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-01T10:00:00");
            assertThat(history.next()).containsExactly("20260102000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
