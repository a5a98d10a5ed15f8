package dev.pgvigil.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Evaluating;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostedVersionsTest {

    @AfterEach
    void forget() {
        HistoryScene.POSTED.remove("shop");
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void postedVersionsReplaceTheConfiguredOnesUntilForgotten(int major) {
        try (HistoryScene scene = HistoryScene.on(
                major,
                "create table schema_migrations (version varchar primary key)",
                "insert into schema_migrations values ('1')")) {
            scene.granted().expecting("1");
            assertThat(scene.collect().pendingMigrations()).isZero();

            HistoryScene.POSTED.put("shop", List.of("1", "2", "3"), Evaluating.NOW, Set.of("shop"));
            assertThat(scene.collect().pendingMigrations()).isEqualTo(2);
            assertThat(ExpectedView.of(scene.target(), HistoryScene.POSTED.of("shop")))
                    .satisfies(view -> {
                        assertThat(view.source()).isEqualTo(ExpectedView.Source.POSTED);
                        assertThat(view.postedAt()).isEqualTo(Evaluating.NOW);
                        assertThat(view.expected()).containsExactly("1", "2", "3");
                    });

            HistoryScene.POSTED.remove("shop");
            assertThat(scene.collect().pendingMigrations()).isZero();
            assertThat(ExpectedView.of(scene.target(), null).source()).isEqualTo(ExpectedView.Source.CONFIGURED);
        }
    }

    @Test
    void forgetsTargetsThatAreGone() {
        PostedVersions posted = new PostedVersions();
        posted.put("gone", List.of("1"), Evaluating.NOW, Set.of("gone", "shop"));
        posted.put("shop", List.of("1"), Evaluating.NOW, Set.of("shop"));

        assertThat(posted.of("gone")).isNull();
        assertThat(posted.of("shop")).isNotNull();
    }
}
