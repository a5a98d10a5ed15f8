package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** As Alembic 1.20.1 writes it. */
class AlembicTest {

    private static final String[] HISTORY = {
        "create table alembic_version (version_num varchar(32) not null primary key)",
        "insert into alembic_version values ('2222bbbb2222')"
    };

    @Test
    void readsCurrentVersionAndPending() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            MigrationHistory history = scene.granted("public")
                    .expecting("1111aaaa1111", "2222bbbb2222_two.py", "3333cccc3333")
                    .history();

            assertThat(history.tool()).isEqualTo("alembic");
            assertThat(history.state()).isEqualTo(MigrationState.OK);
            assertThat(history.currentVersion()).isEqualTo("2222bbbb2222");
            assertThat(history.applied()).isNull();
            assertThat(history.lastAppliedAt()).isNull();
            assertThat(history.next()).containsExactly("3333cccc3333");
            assertThat(history.pending()).isEqualTo(1);
            assertThat(scene.findings()).isEmpty();
        }
    }

    @Test
    void showsAllHeads() {
        try (HistoryScene scene = HistoryScene.of(HISTORY)) {
            scene.run("insert into alembic_version values ('1f1f1f1f1f1f')");
            assertThat(scene.granted().history().currentVersion()).isEqualTo("1f1f1f1f1f1f, 2222bbbb2222");
        }
    }

    /** The expected list is of another branch, or older or newer than everything that it names. */
    @Test
    void takesAllForPendingWhenNoHeadIsExpected() {
        assertThat(new Alembic().pending(List.of("a", "b"), List.of("z"))).containsExactly("a", "b");
        assertThat(new Alembic().pending(List.of("a", "b"), List.of())).containsExactly("a", "b");
        assertThat(new Alembic().pending(List.of("a", "b"), List.of("b"))).isEmpty();
    }
}
