package dev.pgvigil.health;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.testing.PgServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Two monitored real servers, one of which is frozen later, and groups of their targets. */
public final class ProbedServers implements QuarkusTestResourceLifecycleManager {

    /** The service that monitors them. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.vertx.event-loops-pool-size", "3");
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(ProbedServers.class));
        }
    }

    private static final int NEWEST = PgServer.majors().getLast();

    private final PgServer shop = PgServer.start(NEWEST);
    private final PgServer blog = PgServer.shared(NEWEST);

    @Override
    public Map<String, String> start() {
        return Map.of("pgvigil.config", file().toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(shop, new TestInjector.MatchesType(PgServer.class));
    }

    @Override
    public void stop() {
        shop.close();
    }

    private Path file() {
        try {
            Path file = Files.createTempFile("pgvigil", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, """
                pgvigil:
                  watch: { stale-after: 2s }
                  self: { event-loop-stuck-after: 1s }
                  targets:
                    shop: { url: "%s", tags: { team: payments } }
                    blog: { url: "%s" }
                  groups:
                    payments: { tags: { team: payments } }
                    others: { targets: ["b*"], role: primary }
                    most: { minimum-up: 50%% }
                    nowhere: { region: eu-west-1 }
                """.formatted(url(shop), url(blog)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String url(PgServer server) {
        Server watched = server.server();
        return "postgresql://" + watched.user() + "@" + watched.id() + "/postgres?sslmode=disable";
    }
}
