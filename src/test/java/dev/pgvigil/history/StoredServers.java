package dev.pgvigil.history;

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
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A monitored server, on which there is a store too. */
public final class StoredServers implements QuarkusTestResourceLifecycleManager {

    /** The service with a store. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(StoredServers.class));
        }
    }

    private final PgServer server = PgServer.shared(PgServer.majors().getLast());
    private final String database = server.newDatabase("store");
    private final Path file = file();
    private String section = "";

    @Override
    public Map<String, String> start() {
        Server store = server.server("postgres", null);
        section = """
                  store: { url: "postgresql://postgres@%s/%s?sslmode=disable" }
                """.formatted(store.id(), database);
        write(section);
        return Map.of("pgvigil.config", file.toString());
    }

    private void write(String section) {
        Server watched = server.server();
        try {
            Files.writeString(file, """
                pgvigil:
                  trends: { every: 1s }
                  slos: { objectives: { availability: { objective: 99.9%% } } }
                  targets:
                    shop: { url: "postgresql://%s@%s/postgres?sslmode=disable" }
                """.formatted(watched.user(), watched.id()) + section);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(
                (Consumer<Boolean>) stored -> write(stored ? section : ""),
                new TestInjector.MatchesType(Consumer.class));
        injector.injectIntoFields(
                (UnaryOperator<String>) sql -> String.valueOf(server.valueIn(database, sql)),
                new TestInjector.MatchesType(UnaryOperator.class));
    }

    @Override
    public void stop() {
        file.toFile().deleteOnExit();
    }

    private static Path file() {
        try {
            return Files.createTempFile("pgvigil", ".yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
