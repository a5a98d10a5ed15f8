package dev.pgvigil.corpus;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Check;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.ServersDirectory;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The configuration file of the service under test: cases add their target to it, as its users do, while it runs. */
public final class CorpusFleet implements QuarkusTestResourceLifecycleManager {

    /** The service that monitors the servers of the corpus. */
    public static final class Profile implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(CorpusFleet.class));
        }
    }

    /** Checks with longer intervals run this often, so that a case takes seconds. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final List<Check<?>> checks = Catalogues.all();
    private final Map<String, String> targets = new TreeMap<>();
    private final Path file = ServersDirectory.directory("corpus").resolve("pgvigil.yaml");

    @Override
    public Map<String, String> start() {
        // The service wants a target at any time, and one more server shall not be found sick beside the others.
        add("bystander", PgServer.shared(PgServer.majors().getLast()), "postgres", "");
        return Map.of("pgvigil.config", file.toString());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(CorpusFleet.class));
    }

    @Override
    public void stop() {}

    void add(String target, PgServer server, String config) {
        add(target, server, Scene.DATABASE, config);
    }

    private synchronized void add(String target, PgServer server, String database, String config) {
        Server monitored = server.server();
        StringBuilder entry = new StringBuilder("      url: \"postgresql://%s@%s/%s?sslmode=disable\"\n"
                .formatted(monitored.user(), monitored.id(), database));
        config.lines().forEach(line -> entry.append("      ").append(line).append('\n'));
        targets.put(target, entry.toString());
        write();
    }

    synchronized void remove(String target) {
        targets.remove(target);
        write();
    }

    private void write() {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  thresholds: { overhead: { budget: 100% } }\n  checks:\n");
        for (Check<?> check : checks) {
            if (check.policy().interval().compareTo(INTERVAL) > 0) {
                yaml.append("    %s: { every: %ds }\n".formatted(check.name(), INTERVAL.toSeconds()));
            }
        }
        yaml.append("  targets:\n");
        targets.forEach(
                (name, entry) -> yaml.append("    ").append(name).append(":\n").append(entry));
        try {
            Path next = Files.writeString(file.resolveSibling("next.yaml"), yaml);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
