package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Which replica should watch which server. */
class PlanPropertyTest {

    private static Member member(long seed, int number, String servers) {
        return new Member("replica-" + seed + "-" + number, "", "", servers, "", 0);
    }

    private static List<Member> members(long seed, int count) {
        return IntStream.range(0, count).mapToObj(i -> member(seed, i, "s")).toList();
    }

    private static List<String> servers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "db-" + i + ".example:5432")
                .toList();
    }

    private static Map<String, String> owners(List<String> servers, List<Member> members) {
        Map<String, String> owners = new HashMap<>();
        List<String> ids = members.stream().map(Member::id).toList();
        servers.forEach(server -> owners.put(server, Objects.requireNonNull(Rendezvous.owner(server, ids))));
        return owners;
    }

    @Property(tries = 50)
    void leaverMovesOnlyItsOwnServers(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 2, max = 8) int count) {
        List<String> servers = servers(500);
        List<Member> all = members(seed, count);
        List<Member> left = all.subList(1, count);
        Map<String, String> before = owners(servers, all);
        Map<String, String> after = owners(servers, left);
        servers.forEach(server -> {
            if (!all.getFirst().id().equals(before.get(server))) {
                assertThat(after.get(server)).isEqualTo(before.get(server));
            }
        });
    }

    @Property(tries = 50)
    void serversAreSpreadEvenly(@ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 1, max = 5) int count) {
        Map<String, Integer> owned = new HashMap<>();
        owners(servers(1000), members(seed, count)).values().forEach(owner -> owned.merge(owner, 1, Integer::sum));
        assertThat(owned).hasSize(count);
        // Five standard deviations of a fair spread.
        double mean = 1000.0 / count;
        assertThat(owned.values()).allMatch(n -> Math.abs(n - mean) <= 5 * Math.sqrt(mean));
    }

    @Property(tries = 50)
    void everyServerIsClaimedByExactlyOneOfEqualReplicas(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 1, max = 6) int count) {
        List<String> servers = servers(200);
        List<Member> all = members(seed, count);
        List<String> claimed = new ArrayList<>();
        all.forEach(self ->
                claimed.addAll(Plan.of(self, servers, Set.of(), all, false).claims()));
        assertThat(claimed).containsExactlyInAnyOrderElementsOf(servers);
    }

    /** Whatever releases are made in whatever order, each is claimed by the replica that should have it, and then all is still. */
    @Property(tries = 30)
    void releasesEndInTheAssignmentOfTheHash(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 2, max = 5) int count) {
        List<String> servers = servers(300);
        List<Member> all = members(seed, count);
        Map<String, Set<String>> held = new HashMap<>();
        all.forEach(one -> held.put(one.id(), new HashSet<>()));
        Objects.requireNonNull(held.get(all.getFirst().id())).addAll(servers);
        for (int beat = 0; beat < 20; beat++) {
            Set<String> free = new HashSet<>(servers);
            held.values().forEach(free::removeAll);
            for (Member self : all) {
                Set<String> mine = Objects.requireNonNull(held.get(self.id()));
                Plan plan = Plan.of(self, servers, Set.copyOf(mine), all, true);
                assertThat(plan.releases()).hasSizeLessThanOrEqualTo(Plan.MOST_RELEASES);
                plan.claims().stream().filter(free::remove).forEach(mine::add);
                mine.removeAll(plan.releases());
            }
        }
        Map<String, String> expected = owners(servers, all);
        held.forEach((id, its) -> assertThat(its).allMatch(server -> id.equals(expected.get(server))));
        assertThat(held.values().stream().mapToInt(Set::size).sum()).isEqualTo(300);
    }

    @Property(tries = 30)
    void nothingIsReleasedToReplicaWithOtherServers(
            @ForAll @LongRange(min = 0) long seed, @ForAll @IntRange(min = 1, max = 4) int others) {
        List<String> servers = servers(100);
        Member self = member(seed, 0, "mine");
        List<Member> all = new ArrayList<>(List.of(self));
        IntStream.rangeClosed(1, others).forEach(i -> all.add(member(seed, i, "other")));
        Plan plan = Plan.of(self, servers, Set.copyOf(servers), all, true);
        assertThat(plan.releases()).isEmpty();
        assertThat(Plan.of(self, servers, Set.of(), all, true).claims()).containsExactlyInAnyOrderElementsOf(servers);
    }

    @Property(tries = 20)
    void nothingIsReleasedBeforeMembersAreCalm(@ForAll @LongRange(min = 0) long seed) {
        List<String> servers = servers(100);
        List<Member> all = members(seed, 3);
        assertThat(Plan.of(all.getFirst(), servers, Set.copyOf(servers), all, false)
                        .releases())
                .isEmpty();
        assertThat(Plan.of(all.getFirst(), servers, Set.copyOf(servers), all, true)
                        .releases())
                .isNotEmpty();
    }
}
