package dev.pgvigil.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a replica knows of itself and the others. Immutable.
 *
 * @param members live replicas at the latest beat, itself among them
 * @param held servers that it watches, with the token under which it does
 * @param adopted servers that it watches without a token, because Redis is away and their owner may be gone
 * @param beatAt when the latest answered beat was sent, by {@link System#nanoTime}; only meaningful after one
 * @param redisMillis the time of Redis less that of this process' steady clock, in milliseconds; null: never connected
 */
record ReplicaState(
        Mode mode,
        long epoch,
        List<Member> members,
        Map<String, Long> held,
        Set<String> adopted,
        long beatAt,
        @Nullable Long redisMillis) {

    enum Mode {
        /** No beat was answered yet. */
        JOINING,
        /** Redis answers. */
        SHARED,
        /** Redis does not answer: the replica goes on with what it holds. */
        SOLO,
        /** It has left the others. */
        LEFT
    }

    static final ReplicaState NEW = new ReplicaState(Mode.JOINING, -1, List.of(), Map.of(), Set.of(), 0, null);

    ReplicaState {
        members = List.copyOf(members);
        held = Map.copyOf(held);
        adopted = Set.copyOf(adopted);
    }
}
