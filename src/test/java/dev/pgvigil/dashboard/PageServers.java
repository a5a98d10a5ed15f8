package dev.pgvigil.dashboard;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.testing.PgServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Real servers for the pages to show: one to be broken, and one that has databases of hostile names. */
public final class PageServers implements QuarkusTestResourceLifecycleManager {

    /** The service that watches them. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(PageServers.class));
        }
    }

    /** Databases of the server {@code many}. */
    static final List<String> HOSTILE = List.of(
            "pv <img src=x onerror=\"pwned=1\">",
            "pv '\"></a><script>pwned=1</script>",
            "pv a/b?x=y&z=%2F#h",
            "pv line\nbreak {x} ${y}",
            "pv " + "é".repeat(30));

    private static final int NEWEST = PgServer.majors().getLast();

    private final PgServer shop = PgServer.start(NEWEST);
    private final PgServer many = PgServer.shared(NEWEST);

    @Override
    public Map<String, String> start() {
        HOSTILE.forEach(many::createDatabase);
        return Map.of("pgvigil.config", file().toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(shop, new TestInjector.MatchesType(PgServer.class));
    }

    @Override
    public void stop() {
        shop.close();
        HOSTILE.forEach(name -> many.sql("drop database if exists " + Sql.identifier(name) + " with (force)"));
    }

    private Path file() {
        try {
            Path file = Files.createTempFile("pgvigil", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, """
                    pgvigil:
                      thresholds: { blocking: { degraded: 0s } }
                      checks:
                        connections: { every: 500ms }
                        long-work: { every: 500ms }
                        blocking: { every: 500ms }
                      targets:
                        shop: { url: "%s", region: eu-west-1 }
                        many: { url: "%s", region: us-east-1, discover: { include: ["pv*"] } }
                    """.formatted(url(shop), url(many)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String url(PgServer server) {
        Server watched = server.server();
        return "postgresql://" + watched.user() + "@" + watched.id() + "/postgres?sslmode=disable";
    }
}
