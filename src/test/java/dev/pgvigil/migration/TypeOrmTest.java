package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As TypeORM 0.3.31 writes it. */
class TypeOrmTest {

    private static final String[] HISTORY = {
        "create table migrations (id serial primary key, \"timestamp\" bigint not null, name varchar not null)",
        "insert into migrations (\"timestamp\", name) values (1767225600000, 'A1767225600000'), (1767312000000, 'B1767312000000')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("1767225600000-A.ts", "B1767312000000", "1767398400000-C.ts")
                    .history();

            assertThat(history.tool()).isEqualTo("typeorm");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("B1767312000000");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("1767398400000");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
