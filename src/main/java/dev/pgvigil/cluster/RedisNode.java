package dev.pgvigil.cluster;

import dev.pgvigil.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the one Redis server that holds the keys of a fleet, which are all in one slot. The endpoints may be that server,
 * its Sentinels, or members of a cluster; they are asked which of these they are. After any failure the server is located again, so
 * that a failover needs no other handling. Safe for any thread.
 */
final class RedisNode {

    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final int IN_FLIGHT = 4096;
    private static final int PORT = 6379;

    /** What the endpoints are. */
    enum Kind {
        STANDALONE,
        SENTINEL,
        CLUSTER
    }

    /** The connection and where it leads. */
    record Located(RedisConnection connection, Redis client, Kind kind, String address) {

        void close() {
            client.close();
        }
    }

    private final Vertx vertx;
    private final ClusterSettings settings;
    private final String key;
    private final List<URI> endpoints;
    private int next;
    private @Nullable Future<Located> current;
    private volatile @Nullable Located latest;
    private boolean closed;

    /** @param key any key of the fleet */
    RedisNode(Vertx vertx, ClusterSettings settings, String key) {
        this.vertx = vertx;
        this.settings = settings;
        this.key = key;
        this.endpoints = settings.endpoints().stream()
                .map(Secret::value)
                .map(URI::create)
                .toList();
    }

    /** Sends a command; the answer may be null. Fails if there is no answer within this time. */
    Future<Response> send(Request request, Duration within) {
        return use(connection -> connection.send(request), within);
    }

    /** Sends several commands at once; fails if one of them fails. */
    Future<List<@Nullable Response>> batch(List<Request> requests, Duration within) {
        return requests.isEmpty()
                ? Future.succeededFuture(List.of())
                : use(connection -> connection.batch(requests), within);
    }

    /** Where the latest connection led; null: there was none yet. */
    @Nullable
    Located located() {
        return latest;
    }

    private <T> Future<T> use(Function<RedisConnection, Future<T>> command, Duration within) {
        Future<Located> located = connection();
        return located.compose(found -> command.apply(found.connection()))
                .timeout(within.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failure -> {
                    if (!Script.unknown(failure)) {
                        drop(located);
                    }
                });
    }

    private synchronized Future<Located> connection() {
        if (closed) {
            return Future.failedFuture("closed");
        }
        Future<Located> known = current;
        if (known != null) {
            return known;
        }
        Future<Located> located = locate(endpoints.get(next++ % endpoints.size()));
        current = located;
        located.onSuccess(found -> {
                    latest = found;
                    found.connection().endHandler(ended -> drop(located));
                    found.connection().exceptionHandler(failure -> drop(located));
                })
                .onFailure(failure -> drop(located));
        return located;
    }

    private synchronized void drop(Future<Located> used) {
        if (used.equals(current)) {
            current = null;
        }
        used.onSuccess(Located::close);
    }

    synchronized void close() {
        closed = true;
        Future<Located> used = current;
        current = null;
        if (used != null) {
            used.onSuccess(Located::close);
        }
    }

    private static Future<Response> ask(RedisConnection connection, Request request) {
        return connection.send(request).map(RedisNode::present);
    }

    private static Response present(@Nullable Response answer) {
        if (answer == null) {
            throw new IllegalStateException("an empty answer");
        }
        return answer;
    }

    /** A number that Redis answered. */
    static long number(@Nullable Response answer) {
        Long number = present(answer).toLong();
        if (number == null) {
            throw new IllegalStateException("not a number");
        }
        return number;
    }

    private Future<Located> locate(URI endpoint) {
        return connect(endpoint, Kind.STANDALONE)
                .compose(first -> ask(
                                first.connection(), Request.cmd(Command.INFO).arg("server"))
                        .compose(info -> switch (kind(info.toString())) {
                            case STANDALONE -> master(first, endpoint, Kind.STANDALONE);
                            case SENTINEL ->
                                named(first)
                                        .compose(name -> ask(
                                                first.connection(),
                                                Request.cmd(Command.SENTINEL)
                                                        .arg("get-master-addr-by-name")
                                                        .arg(name)))
                                        .compose(address -> elsewhere(
                                                first, endpoint, address.get(0), address.get(1), Kind.SENTINEL));
                            case CLUSTER -> slot(first, endpoint);
                        })
                        .timeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(failure -> first.close()));
    }

    private static Kind kind(String info) {
        if (info.contains("redis_mode:sentinel")) {
            return Kind.SENTINEL;
        }
        return info.contains("redis_mode:cluster") ? Kind.CLUSTER : Kind.STANDALONE;
    }

    /** The name of the only master that a Sentinel watches, unless one is configured. */
    private Future<String> named(Located sentinel) {
        String name = settings.master();
        return name != null
                ? Future.succeededFuture(name)
                : ask(sentinel.connection(), Request.cmd(Command.SENTINEL).arg("masters"))
                        .map(masters -> masters.get(0).get(1).toString());
    }

    /** A connection to the master: of a replica that was connected to, its master is used. */
    private Future<Located> master(Located found, URI endpoint, Kind kind) {
        return ask(found.connection(), Request.cmd(Command.ROLE)).compose(role -> {
            if (role.get(0).toString().equals("master")) {
                return Future.succeededFuture(new Located(found.connection(), found.client(), kind, found.address()));
            }
            if (kind == Kind.SENTINEL || !role.get(0).toString().equals("slave")) {
                found.close();
                return Future.failedFuture("not a master yet: " + found.address());
            }
            return elsewhere(found, endpoint, role.get(1), role.get(2), Kind.SENTINEL);
        });
    }

    private Future<Located> elsewhere(Located first, URI endpoint, Response host, Response port, Kind kind) {
        first.close();
        return connect(at(endpoint, host.toString(), (int) number(port)), kind)
                .compose(found -> kind == Kind.CLUSTER
                        ? Future.succeededFuture(found)
                        : master(found, endpoint, kind).onFailure(failure -> found.close()));
    }

    private Future<Located> slot(Located first, URI endpoint) {
        RedisConnection connection = first.connection();
        return ask(connection, Request.cmd(Command.CLUSTER).arg("keyslot").arg(key))
                .compose(slot -> ask(connection, Request.cmd(Command.CLUSTER).arg("slots"))
                        .compose(ranges -> {
                            for (Response range : ranges) {
                                if (number(range.get(0)) <= number(slot) && number(slot) <= number(range.get(1))) {
                                    Response node = range.get(2);
                                    return elsewhere(first, endpoint, node.get(0), node.get(1), Kind.CLUSTER);
                                }
                            }
                            return Future.failedFuture("no node has the slot " + slot);
                        }));
    }

    private static URI at(URI endpoint, String host, int port) {
        String user = endpoint.getRawUserInfo();
        return URI.create(endpoint.getScheme() + "://" + (user == null ? "" : user + "@")
                + (host.indexOf(':') >= 0 ? "[" + host + "]" : host.isEmpty() ? endpoint.getHost() : host) + ":" + port
                + (endpoint.getRawPath() == null ? "" : endpoint.getRawPath()));
    }

    private Future<Located> connect(URI uri, Kind kind) {
        RedisOptions options = new RedisOptions()
                .setType(RedisClientType.STANDALONE)
                .addConnectionString(uri.toString())
                .setProtocolNegotiation(false)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(IN_FLIGHT)
                .setMaxWaitingHandlers(IN_FLIGHT)
                .setTracingPolicy(TracingPolicy.IGNORE)
                .setNetClientOptions(new NetClientOptions()
                        .setConnectTimeout((int) CONNECT.toMillis())
                        .setTcpNoDelay(true)
                        .setHostnameVerificationAlgorithm("HTTPS"));
        Redis client = Redis.createClient(vertx, options);
        return client.connect()
                .timeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                .map(connection -> new Located(
                        connection, client, kind, uri.getHost() + ":" + (uri.getPort() < 0 ? PORT : uri.getPort())))
                .onFailure(failure -> client.close());
    }

    /** Which of the settings could lose what replicas rely on; empty: none. */
    Future<List<String>> warnings(Duration within) {
        return send(Request.cmd(Command.INFO).arg("memory"), within).map(info -> {
            List<String> warnings = new ArrayList<>();
            String text = String.valueOf(info);
            String policy = value(text, "maxmemory_policy");
            if (policy.startsWith("allkeys") && !value(text, "maxmemory").equals("0")) {
                warnings.add("maxmemory-policy is " + policy
                        + ": Redis may evict the owners of servers; use noeviction or volatile-ttl");
            }
            return warnings;
        });
    }

    private static String value(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
