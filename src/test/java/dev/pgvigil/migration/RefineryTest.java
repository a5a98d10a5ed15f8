package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As Refinery documents it. */
class RefineryTest {

    private static final String[] HISTORY = {
        "create table refinery_schema_history (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255))",
        "insert into refinery_schema_history values (1, 'a', '2026-01-01T10:00:00Z', 'c'), (10, 'b', '2026-01-02T10:00:00Z', 'c')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("V1__a.sql", "V10__b.sql", "V11__c.rs")
                    .history();

            assertThat(history.tool()).isEqualTo("refinery");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("10");
            assertThat(history.applied()).isEqualTo(2);
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("11");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }
}
