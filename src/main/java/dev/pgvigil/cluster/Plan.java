package dev.pgvigil.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a replica does next about servers: which it claims, and which it gives away so that the fleet is balanced. Pure.
 *
 * @param claims servers that it should watch and does not hold
 * @param releases servers that it holds and another should watch
 */
record Plan(Set<String> claims, Set<String> releases) {

    /** Moving more at once would open too many connections in the same moment. */
    static final int MOST_RELEASES = 50;

    /**
     * Plans for one replica.
     *
     * @param configured its servers
     * @param held those that it watches
     * @param members all live replicas, itself among them
     * @param calm whether the members have not changed for some time
     */
    static Plan of(Member self, Collection<String> configured, Set<String> held, List<Member> members, boolean calm) {
        // A replica with other servers might never claim what is released to it.
        List<String> peers = members.stream()
                .filter(member -> member.servers().equals(self.servers()))
                .map(Member::id)
                .toList();
        Set<String> claims = new HashSet<>();
        List<String> foreign = new ArrayList<>();
        for (String server : configured) {
            boolean mine = self.id().equals(Rendezvous.owner(server, peers));
            if (mine && !held.contains(server)) {
                claims.add(server);
            } else if (!mine && held.contains(server)) {
                foreign.add(server);
            }
        }
        Set<String> releases = new TreeSet<>();
        if (calm) {
            foreign.stream().sorted().limit(MOST_RELEASES).forEach(releases::add);
        }
        return new Plan(claims, releases);
    }
}
