package dev.pgvigil.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.StubCheck;
import dev.pgvigil.config.SectionText;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupsSectionTest {

    private static final Set<Check<?>> CHECKS = Set.of(
            new StubCheck("heartbeat", Duration.ofMillis(500)), new StubCheck("connections", Duration.ofSeconds(5)));

    @Test
    void hasNoGroupsByDefault() {
        assertThat(read("pgvigil: {}")).isEqualTo(new SectionText<>(new Groups(Map.of()), List.of()));
    }

    @Test
    void emptyGroupSelectsAllTargets() {
        SectionText<Groups> read = read("""
                pgvigil:
                  groups:
                    all: {}
                """);

        assertThat(read.problems()).isEmpty();
        assertThat(read.value().named("all"))
                .isEqualTo(new Group(
                        "all",
                        TargetSelector.EVERYTHING,
                        GroupPolicy.UNHEALTHY,
                        new Quorum.All(),
                        BurnPolicy.STANDARD));
    }

    @Test
    void readsEveryKey() {
        SectionText<Groups> read = read("""
                pgvigil:
                  groups:
                    checkout:
                      targets: ["shop", "db2:*"]
                      tags: { team: payments, tier: 1 }
                      region: eu-west-1
                      role: primary
                      checks: [heartbeat, connections]
                      down-when: degraded
                      minimum-up: 50%
                      burn: { down-when: warning, floor: 2 }
                    other: { minimum-up: 2, targets: shop }
                """);

        assertThat(read.problems()).isEmpty();
        assertThat(read.value().named("checkout"))
                .isEqualTo(new Group(
                        "checkout",
                        new TargetSelector(
                                List.of(new Glob("shop"), new Glob("db2:*")),
                                Map.of("team", "payments", "tier", "1"),
                                "eu-west-1",
                                ExpectedRole.PRIMARY),
                        new GroupPolicy(DownWhen.DEGRADED, CHECKS),
                        new Quorum.Percent(50),
                        new BurnPolicy(BurnPolicy.DownWhen.WARNING, new Quorum.Count(2))));
        assertThat(requireNonNull(read.value().named("other")).minimumUp()).isEqualTo(new Quorum.Count(2));
        assertThat(read.value().byName().keySet()).containsExactly("checkout", "other");
        assertThat(read.value().named("nope")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            role: leader          | role: must be primary, replica or any, not "leader"
            down-when: unknown    | down-when: must be unhealthy or degraded, not "unknown"
            minimum-up: 0         | minimum-up: must be a count from 1, or a percentage from 1% to 100%, not "0"
            minimum-up: 101%      | minimum-up: must be a count from 1, or a percentage from 1% to 100%, not "101%"
            minimum-up: 0.5       | minimum-up: must be a count from 1, or a percentage from 1% to 100%, not "0.5"
            minimum-up: most      | minimum-up: must be a count from 1, or a percentage from 1% to 100%, not "most"
            burn: { floor: -1 }   | burn.floor: must be a count from 0, or a percentage from 1% to 100%, not "-1"
            burn: { down-when: x } | burn.down-when: must be page or warning, not "x"
            targets: []           | targets: must have 1 to 1000 entries, or be left out
            checks: []            | checks: must have 1 to 1000 entries, or be left out
            tags: {}              | tags: must have a tag, or be left out
            checks: [heartbaet]   | checks.1: must be one of connections, heartbeat, not "heartbaet"
            """)
    void reportsAllowedValues(String line, String problem) {
        assertThat(read("pgvigil:\n  groups:\n    g:\n      " + line + "\n").problems())
                .containsExactly("line 4: pgvigil.groups.g." + problem);
    }

    @Test
    void rejectsNameThatIsNoPathSegment() {
        assertThat(read("pgvigil:\n  groups:\n    a/b: {}\n").problems())
                .singleElement()
                .asString()
                .contains("part of a path");
    }

    @Test
    void rejectsUnknownKey() {
        assertThat(read("pgvigil:\n  groups:\n    g:\n      target: shop\n").problems())
                .singleElement()
                .asString()
                .contains("pgvigil.groups.g.target");
    }

    @Test
    void rejectsTooManyGroups() {
        String groups =
                IntStream.range(0, 201).mapToObj(i -> "    g" + i + ": {}\n").collect(Collectors.joining());

        assertThat(read("pgvigil:\n  groups:\n" + groups).problems())
                .containsExactly("line 2: pgvigil.groups: must be 200 groups at most, not 201");
    }

    private static SectionText<Groups> read(String yaml) {
        return SectionText.read(new GroupsSection(new Catalogue(List.copyOf(CHECKS))), yaml);
    }
}
