package dev.pgvigil.cluster;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.pgvigil.cluster.ReplicaState.Mode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The replicas that share the fleet, as one of them knows it. */
@Schema(name = "Cluster")
public record ClusterView(
        @Schema(description = "false: no Redis is configured, and this process watches everything")
        boolean enabled,

        @JsonIgnore Mode state,

        RedisView redis,

        @Schema(description = "the replica that answers") String replica,

        List<MemberView> members,
        ServersView servers,
        ExchangeView exchange,
        List<Problem> problems) {

    /** A process that shares nothing. */
    public static final ClusterView ALONE = new ClusterView(
            false,
            Mode.SOLO,
            new RedisView(false, null, null),
            "",
            List.of(),
            new ServersView(0, 0, 0),
            new ExchangeView(0, 0, 0, 0, 0),
            List.of());

    public ClusterView {
        members = List.copyOf(members);
        problems = List.copyOf(problems);
    }

    /** {@code joining}, {@code shared}, {@code solo} or {@code left}. */
    public String mode() {
        return enabled ? state.name().toLowerCase(Locale.ROOT) : "alone";
    }

    /**
     * The Redis that is used.
     *
     * @param kind whether a single server, Sentinels or a cluster lead to it; null: never connected
     */
    @Schema(name = "ClusterRedis")
    public record RedisView(
            boolean connected,
            RedisNode.@Nullable Kind kind,
            @Nullable String address) {}

    /** A replica. */
    @Schema(name = "ClusterMember")
    public record MemberView(
            String id,
            String name,
            String version,

            @Schema(description = "digest of the configuration of targets")
            String configuration,

            @Schema(description = "number of servers that it watches")
            int servers,

            @Schema(description = "whether it is the replica that answers")
            boolean self) {

        static final Comparator<MemberView> BY_NAME =
                Comparator.comparing(MemberView::name).thenComparing(MemberView::id);

        static MemberView of(Member member, boolean self) {
            return new MemberView(
                    member.id(), member.name(), member.version(), member.configuration(), member.owned(), self);
        }
    }

    /** Numbers of servers. */
    @Schema(name = "ClusterServers")
    public record ServersView(
            int configured,

            @Schema(description = "that this replica watches")
            int owned,

            @Schema(description = "that it watches besides while Redis is away")
            int adopted) {}

    /** Counts of the exchange of snapshots since this replica started. */
    @Schema(name = "ClusterExchange")
    public record ExchangeView(
            long published,
            long publishedBytes,

            @Schema(description = "publications that Redis refused, because another replica had taken over")
            long refused,

            long received,
            long failures) {}

    /** What is wrong with the sharing itself. */
    @Schema(name = "ClusterProblem")
    public record Problem(String key, String title, String observed) {}
}
