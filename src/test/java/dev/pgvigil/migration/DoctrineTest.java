package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Doctrine documents it. */
class DoctrineTest {

    private static final String[] HISTORY = {
        "create table doctrine_migration_versions (version varchar(191) primary key not null, executed_at timestamp(0), execution_time integer)",
        "insert into doctrine_migration_versions values ('DoctrineMigrations\\Version20260101000000', '2026-01-01 10:00', 5), ('DoctrineMigrations\\Version20260102000000', '2026-01-02 10:00', 5)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("Version20260101000000.php", "Version20260102000000", "Version20260103000000")
                    .history();

            assertThat(history.tool()).isEqualTo("doctrine");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("DoctrineMigrations\\Version20260102000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isEqualTo("2026-01-02T10:00:00");
            assertThat(history.next()).containsExactly("Version20260103000000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
