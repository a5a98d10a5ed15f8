package dev.pgvigil.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.config.Secret;
import dev.pgvigil.target.Server;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Tls;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconfiguredTest {

    private static final int NEWEST = PgServer.majors().getLast();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void aRotatedPasswordChangesNothingButTheSession() {
        try (PgServer server = PgServer.start(NEWEST);
                Watching watching = Watching.over(shop(server, "first"))) {
            watching.awaitStatus("shop", Status.HEALTHY);
            TargetState before = watching.state("shop");
            watching.changes().clear();
            for (int i = 0; i < 8; i++) {
                Target rotated = shop(server, "secret" + i);
                watching.follow(rotated);
                await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
                    assertThat(watching.status("shop")).isEqualTo(Status.HEALTHY);
                    return watching.state("shop").target().equals(rotated);
                });
                assertThat(watching.fleet().snapshot().servers()).containsOnlyKeys(rotated.server());
                long sessions = i + 2L;
                watching.awaitLink(rotated.server(), link -> link.connects() == sessions);
                // What the session before was asked may still be answered: each stays for a second.
                watching.awaitLink(rotated.server(), link -> link.open() < 4);
            }
            assertThat(watching.changes()).allMatch(Change.Beat.class::isInstance);
            assertThat(watching.state("shop").since()).isEqualTo(before.since());
        }
    }

    @Test
    void aTargetThatMovesIsFirstLeftAndThenTaken() {
        try (PgServer one = PgServer.start(NEWEST);
                PgServer other = PgServer.start(NEWEST);
                Watching watching = Watching.over(shop(one, "x"), at("stays", one, "x"))) {
            watching.awaitStatus("shop", Status.HEALTHY);
            for (int i = 0; i < 50; i++) {
                PgServer next = i % 2 == 0 ? other : one;
                watching.changes().clear();
                watching.follow(shop(next, "x"), at("stays", one, "x"));
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> told(watching).contains("Added"));
                assertThat(told(watching)).containsExactly("Removed", "Added");
                assertThat(watching.state("shop").target().server())
                        .isEqualTo(shop(next, "x").server());
            }
            watching.awaitStatus("shop", Status.HEALTHY);
            assertThat(watching.status("stays")).isEqualTo(Status.HEALTHY);
        }
    }

    private static List<String> told(Watching watching) {
        return watching.changes().stream()
                .filter(change -> change.target().equals("shop")
                        && (change instanceof Change.Added || change instanceof Change.Removed))
                .map(change -> change.getClass().getSimpleName())
                .toList();
    }

    /** Our role is trusted, whatever its password. */
    private static Target shop(PgServer server, String password) {
        return at("shop", server, password);
    }

    private static Target at(String name, PgServer server, String password) {
        Server plain = server.server();
        return Target.of(
                name,
                new Server(plain.host(), plain.port(), plain.user(), new Secret(password), Tls.PREFER),
                "postgres");
    }
}
