package dev.pgvigil.check.replication;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.pgvigil.check.ReplayLag;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Streaming replication as one server sees it: as a sender, and on a standby as a receiver too.
 *
 * @param timeline that it writes or receives
 * @param walPositionBytes end of its WAL: written on a primary, known to the receiver on a standby
 * @param standbys receivers connected to it, those furthest behind first, at most {@value Replication#MOST_STANDBYS}
 * @param standbysConnected number of all of them
 * @param standbysStreaming number of physical ones that have caught up once, and stream
 * @param synchronous null: no standby is synchronous
 * @param replay null on a primary
 */
public record ReplicationState(
        @Nullable Integer timeline,
        long walPositionBytes,
        List<Standby> standbys,
        long standbysConnected,
        long standbysStreaming,
        @Nullable Synchronous synchronous,
        @Nullable Replay replay)
        implements ReplayLag {

    public ReplicationState {
        standbys = List.copyOf(standbys);
    }

    @Override
    public boolean replays() {
        return replay != null;
    }

    @Override
    public @Nullable Double replayLagSeconds() {
        return replay == null ? null : replay.lagSeconds();
    }

    /**
     * A connected receiver of WAL.
     *
     * @param clientAddr null: a local socket
     * @param state {@code startup}, {@code catchup}, {@code streaming}, {@code backup}, {@code stopping}
     * @param syncState {@code async}, {@code potential}, {@code sync}, {@code quorum}
     * @param slotName null: without a slot
     * @param logical whether it decodes: a subscription, or another consumer of changes
     * @param sentBytesBehind bytes of the sender's WAL that are not sent; the next ones: not written, not flushed, not replayed
     *     there. Null: it does not report that
     * @param writeLagSeconds as it measured last; null: nothing was measured lately, as on an idle server
     * @param lagSeconds for how long it has not replayed what the sender had; null: it reports no position
     * @param replySeconds since its last message; null: none yet
     */
    public record Standby(
            String applicationName,
            @Nullable String clientAddr,
            String state,
            String syncState,
            @Nullable String slotName,
            boolean logical,
            @Nullable Long sentBytesBehind,
            @Nullable Long writeBytesBehind,
            @Nullable Long flushBytesBehind,
            @Nullable Long replayBytesBehind,
            @Nullable Double writeLagSeconds,
            @Nullable Double flushLagSeconds,
            @Nullable Double replayLagSeconds,
            @Nullable Double lagSeconds,
            @Nullable Double replySeconds) {

        boolean isSynchronous() {
            return syncState.equals("sync") || syncState.equals("quorum");
        }

        /** {@code walreceiver, 10.0.0.7}. */
        String label() {
            String name = applicationName.isEmpty() ? "(no name)" : applicationName;
            return clientAddr == null ? name : name + ", " + clientAddr;
        }
    }

    /**
     * Synchronous replication.
     *
     * @param names the value of {@code synchronous_standby_names}
     * @param required number of standbys that must confirm each commit
     * @param answering number of those standbys that are connected and answer
     * @param byDefault whether {@code synchronous_commit} makes commits wait, unless a session sets it otherwise
     * @param waiting sessions that wait for a confirmation
     */
    public record Synchronous(String names, int required, long answering, boolean byDefault, long waiting) {

        boolean missing() {
            return answering < required;
        }
    }

    /** How replay of WAL on a standby is paused. */
    public enum Pause {
        NOT_PAUSED,
        PAUSE_REQUESTED,
        PAUSED;

        static Pause of(String text) {
            return switch (text) {
                case "paused" -> PAUSED;
                case "pause requested" -> PAUSE_REQUESTED;
                case String other -> NOT_PAUSED;
            };
        }

        @JsonValue
        public String json() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a standby receives and replays.
     *
     * @param streams whether {@code primary_conninfo} is set, so that it must have a WAL receiver
     * @param restores whether {@code restore_command} is set
     * @param receiver status of the WAL receiver: {@code starting}, {@code streaming}, {@code waiting}, {@code restarting},
     *     {@code stopping}; null: there is none
     * @param senderHost that it receives from: the primary, or with cascading replication another standby
     * @param messageSeconds since the last message of the sender
     * @param replayedPositionBytes position up to which it has replayed
     * @param bytesBehind received or announced, but not replayed
     * @param lagSeconds upper bound of the age of its data; 0 only while it streams and has replayed everything. Null: not known
     * @param commitSeconds since the last commit that it has replayed: also grows while the primary writes nothing
     * @param applyDelaySeconds {@code recovery_min_apply_delay}
     */
    public record Replay(
            boolean streams,
            boolean restores,
            @Nullable String receiver,
            @Nullable String senderHost,
            @Nullable Integer senderPort,
            @Nullable Double messageSeconds,
            long replayedPositionBytes,
            long bytesBehind,
            @Nullable Double lagSeconds,
            @Nullable Double commitSeconds,
            double applyDelaySeconds,
            Pause pause) {

        boolean streaming() {
            return "streaming".equals(receiver);
        }

        /** {@code db1.internal:5432}, as far as it is known. */
        String sender() {
            return senderHost == null ? "its sender" : senderHost + (senderPort == null ? "" : ":" + senderPort);
        }
    }
}
