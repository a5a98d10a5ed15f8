package dev.pgvigil.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.SectionText;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.self.SelfSection;
import dev.pgvigil.self.SelfSettings;
import dev.pgvigil.target.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The examples in {@code docs/kubernetes.md} and the README work unchanged. */
class KubernetesGuideTest {

    private static final Pattern BLOCK = Pattern.compile("```(\\w+)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern HEALTH = Pattern.compile("(?<!/api)/health(?:/[a-z-]+)*");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    private static final Instant NOW = Instant.EPOCH;
    private static final Duration FRESH = Duration.ofMillis(300);

    private final String guide = read("docs/kubernetes.md");
    private final String readme = read("README.md");

    @Test
    void referencedFilesExist() {
        assertThat(LINK.matcher(guide).results().map(link -> link.group(1)))
                .hasSizeGreaterThan(5)
                .allSatisfy(link -> assertThat(Path.of("docs").resolve(link)).exists());
    }

    @Test
    void exampleConfigurationIsValid() {
        SectionText<Groups> groups = groups();
        SectionText<SelfSettings> self = SectionText.read(new SelfSection(), part("self"));

        assertThat(parts("groups"))
                .hasSize(2)
                .allSatisfy(part -> assertThat(groups(part).problems()).isEmpty());
        assertThat(groups.value().byName()).containsKeys("checkout", "checkout-writes", "reporting");
        assertThat(self.problems()).isEmpty();
        assertThat(self).isEqualTo(SectionText.read(new SelfSection(), "pgvigil: {}"));
    }

    @Test
    void primaryGroupIsUpAfterFailover() {
        Group writes = requireNonNull(groups().value().named("checkout-writes"));
        Target shop = SceneTargets.named("shop");
        Target standby = SceneTargets.named("shop-standby");
        Scene scene = Scene.at(NOW);
        Scene lost = scene.target(shop, Status.UNHEALTHY, FRESH)
                .role(shop, Role.PRIMARY)
                .outcome(shop, "heartbeat", scene.failed(FRESH, null))
                .target(standby, Status.HEALTHY, FRESH)
                .role(standby, Role.REPLICA)
                .outcome(standby, "connections", scene.observed(FRESH));

        assertThat(writes.evaluate("g", lost.snapshot(), NOW).up()).isFalse();
        assertThat(writes.evaluate("g", lost.role(standby, Role.PRIMARY).snapshot(), NOW)
                        .up())
                .isTrue();
    }

    @Test
    void documentedPathsExist() {
        Set<String> known = new TreeSet<>(HealthPaths.known());
        known.addAll(List.of("/health/group/checkout", "/health/group/readers"));
        Set<String> told = HEALTH.matcher(guide + readme)
                .results()
                .map(hit -> hit.group())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(known).containsAll(told);
        assertThat(told).contains("/health/live", "/health/ready", "/health/started", "/health/detailed");
    }

    @Test
    void readmeShowsProbesOfBaseManifest() throws IOException {
        String base = Files.readString(Path.of("k8s/base/deployment.yaml"));

        for (String probe : List.of("liveness", "readiness", "startup")) {
            String path = first(readme, probe + "Probe: \\{ httpGet: \\{ path: (/health/[a-z]+), port: 8080 }");
            assertThat(first(base, probe + "Probe:\\s+httpGet:\\s+path: (\\S+)"))
                    .isEqualTo(path);
        }
    }

    private static String first(String text, String regex) {
        return Pattern.compile(regex)
                .matcher(text)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(regex))
                .group(1);
    }

    @Test
    void documentedResponseMatchesService() {
        String answer = blocks("json").findFirst().orElseThrow();

        assertThat(parsed(answer)).containsOnlyKeys("status", "checks").containsEntry("status", "DOWN");
    }

    private Stream<String> blocks(String language) {
        return BLOCK.matcher(guide)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2));
    }

    private SectionText<Groups> groups() {
        return groups(part("groups"));
    }

    private static SectionText<Groups> groups(String part) {
        return SectionText.read(new GroupsSection(new Catalogue(List.of(new Heartbeat(), new Connections()))), part);
    }

    /** The configuration block that contains this section. */
    private String part(String section) {
        return parts(section).getFirst();
    }

    private List<String> parts(String section) {
        return blocks("yaml")
                .filter(block -> block.startsWith("pgvigil:") && block.contains("\n  " + section + ":"))
                .toList();
    }

    @SuppressWarnings("unchecked") // keys of these documents are texts
    private static Map<String, Object> parsed(String yaml) {
        Object document = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        assertThat(document).isInstanceOf(Map.class);
        return (Map<String, Object>) document;
    }

    private static String read(String page) {
        try {
            return Files.readString(Path.of(page));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
