package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As drizzle-orm 0.45.4 writes it. */
class DrizzleTest {

    private static final String[] HISTORY = {
        "create schema drizzle",
        "create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)",
        "insert into drizzle.__drizzle_migrations (hash, created_at) values ('e6630e8f', 1767225600000), ('45e97787', 1767312000000)"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("drizzle")
                    .expecting("1767225600000", "1767312000000", "1767398400000")
                    .history();

            assertThat(history.tool()).isEqualTo("drizzle");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("1767312000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("1767398400000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
