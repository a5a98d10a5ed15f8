package dev.pgvigil.cluster;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import dev.pgvigil.config.Section;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.cluster}: the Redis through which replicas share the fleet. {@code REDIS_URL} alone is enough. */
@Singleton
public final class ClusterSection implements Section<ClusterSettings> {

    private static final String VARIABLE = "REDIS_URL";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Set<String> SCHEMES = Set.of("redis", "rediss");
    private static final int MOST = 16;

    @Override
    public String key() {
        return "cluster";
    }

    @Override
    public ClusterSettings read(Node node) {
        Node place = node.secret(
                "Redis through which replicas share the fleet: redis:// or rediss:// with host and port, of a "
                        + "server, of Sentinels or of members of a cluster, separated by commas; REDIS_URL otherwise");
        String configured = place.string("redis");
        String text = configured == null ? node.environment(VARIABLE) : configured;
        List<String> urls = text == null
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(url -> !url.isEmpty())
                        .toList();
        Node redis = node.child("redis");
        if (urls.size() > MOST) {
            redis.problem("must be " + MOST + " addresses at most, not " + urls.size());
        }
        if (!urls.stream().allMatch(ClusterSection::isAddress)) {
            // The value may hold a password, so it is not shown.
            redis.problem((configured == null ? VARIABLE + " " : "")
                    + "must be addresses such as redis://redis.example:6379, separated by commas");
            urls = List.of();
        }
        return new ClusterSettings(
                urls.stream().map(Secret::new).toList(),
                name(node.doc("Replicas with the same name share their servers"), "fleet", "default"),
                name(node.doc("Name of this replica for people; its host name by default"), "replica", ""),
                node.doc("Name of the master, if the Sentinels watch several").string("master"),
                node.doc("How long the replicas must not have changed before servers move to balance them")
                        .duration(
                                "rebalance-after", Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofHours(1)));
    }

    private static String name(Node node, String key, String fallback) {
        String name = node.string(key, fallback);
        if (!name.equals(fallback) && !NAME.matcher(name).matches()) {
            node.child(key).problem("must be 1 to 63 letters, digits, '.', '_' and '-'");
            return fallback;
        }
        return name.isEmpty() ? hostName() : name;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unnamed";
        }
    }

    private static boolean isAddress(String text) {
        try {
            URI address = new URI(text);
            @Nullable String scheme = address.getScheme();
            return scheme != null && SCHEMES.contains(scheme) && address.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
