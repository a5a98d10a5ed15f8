package dev.pgvigil.cluster;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Rendezvous hashing: of all members, the one with the greatest hash of member and server should watch the server. When a member
 * leaves, only its servers move; when one joins, only those that it gets. Pure.
 */
final class Rendezvous {

    private static final long PRIME = 0x100000001b3L;
    private static final long OFFSET = 0xcbf29ce484222325L;

    private Rendezvous() {}

    /** The member that should watch the server; null: there are no members. */
    static @Nullable String owner(String server, Collection<String> members) {
        String best = null;
        long most = 0;
        for (String member : members) {
            long score = score(member, server);
            if (best == null
                    || Long.compareUnsigned(score, most) > 0
                    || (score == most && member.compareTo(best) > 0)) {
                best = member;
                most = score;
            }
        }
        return best;
    }

    private static long score(String member, String server) {
        long hash = fnv(fnv(fnv(OFFSET, member), "|"), server);
        // FNV-1a alone leaves the high bits of similar names alike: this is the finalizer of MurmurHash3.
        hash ^= hash >>> 33;
        hash *= 0xff51afd7ed558ccdL;
        hash ^= hash >>> 33;
        hash *= 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    private static long fnv(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        return hash;
    }
}
