package dev.pgvigil.cluster;

import dev.pgvigil.cluster.ReplicaState.Mode;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.state.SteadyClock;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One of the replicas that share a fleet. It is a member as long as its beats reach Redis, and watches the servers that it has
 * claimed there. It may act for a server only with the token of its claim, and only for 1.5 s after a beat: Redis lets another claim
 * it after 2 s, so that no two act at a time. When Redis does not answer, every replica goes on with what it has. Confined to one
 * event loop; {@link #state} and {@link #token} may be called from any thread.
 */
final class Replica {

    static final Duration BEAT = Duration.ofMillis(500);
    static final Duration DEADLINE = Duration.ofMillis(400);
    static final Duration FENCE = Duration.ofMillis(1500);
    /** Time after which servers of replicas that cannot be heard are watched too, while Redis is away. */
    static final Duration ADOPT = Duration.ofSeconds(3);

    private static final Logger LOG = Logger.getLogger(Replica.class);
    private static final int MISSED = 3;
    /** Claims are repeated now and then even if nothing seems to have changed, as Redis may have lost them. */
    private static final int REPEAT = 4;

    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final RedisNode redis;
    private final Scripts scripts;
    private final Function<Integer, Member> self;
    private final Duration calm;
    private final Function<Set<String>, Future<Void>> watch;
    private final Supplier<Set<String>> heard;

    private final Map<String, Long> held = new HashMap<>();
    private final Set<String> adopted = new HashSet<>();
    private final Set<String> releasing = new HashSet<>();
    private Collection<String> configured = List.of();
    private Set<String> watched = Set.of();
    private boolean watching;
    private long boot = -1;
    private long epoch = -1;
    private Set<String> known = Set.of();
    private long changedAt = System.nanoTime();
    private int missed;
    private int beats;
    private long soloAt;
    private boolean stopped;
    private volatile ReplicaState state = ReplicaState.NEW;

    /**
     * Creates a replica.
     *
     * @param self what it says of itself, by the number of servers that it watches
     * @param calm how long the members must not have changed before servers are moved to balance them
     * @param watch called with all servers to watch when they change; completes when the sessions to others are closed
     * @param heard the replicas that can be heard while Redis is away
     */
    Replica(
            EventLoop loop,
            RedisNode redis,
            Scripts scripts,
            Function<Integer, Member> self,
            Duration calm,
            Function<Set<String>, Future<Void>> watch,
            Supplier<Set<String>> heard) {
        this.loop = loop;
        this.redis = redis;
        this.scripts = scripts;
        this.self = self;
        this.calm = calm;
        this.watch = watch;
        this.heard = heard;
    }

    void start(Collection<String> servers) {
        loop.run(() -> {
            configured = List.copyOf(servers);
            beat();
        });
    }

    /** Sets the configured servers. Those that are no longer configured are released. */
    void configure(Collection<String> servers) {
        loop.run(() -> {
            configured = List.copyOf(servers);
            Set<String> gone = new HashSet<>(held.keySet());
            gone.removeAll(configured);
            release(gone);
            adopted.retainAll(configured);
            if (state.mode() == Mode.SOLO) {
                adoptSilent();
            }
            apply();
        });
    }

    ReplicaState state() {
        return state;
    }

    /** The token with which this process may act for the server at this moment; empty: it may not. */
    OptionalLong token(String server) {
        ReplicaState now = state;
        Long token = now.held().get(server);
        return switch (now.mode()) {
            case JOINING, LEFT -> OptionalLong.empty();
            case SHARED ->
                token != null && System.nanoTime() - now.beatAt() < FENCE.toNanos()
                        ? OptionalLong.of(token)
                        : OptionalLong.empty();
            case SOLO ->
                token != null
                        ? OptionalLong.of(token)
                        : now.adopted().contains(server) ? OptionalLong.of(adoptedToken(now)) : OptionalLong.empty();
        };
    }

    /**
     * Greater than the token of the owner that went silent, which was made from an earlier time. Two replicas may adopt a server in the
     * same millisecond: the rest tells them apart.
     */
    private long adoptedToken(ReplicaState now) {
        Long offset = now.redisMillis();
        return (SteadyClock.now().toEpochMilli() + (offset == null ? 0 : offset)) * 1000
                + 1
                + Math.floorMod(id().hashCode(), 999);
    }

    /**
     * A sink has refused the token, because it has accepted a greater one: the claim is made again with a newer token. It happens
     * after Redis was away, when another replica acted for the server meanwhile.
     */
    void refused(String server) {
        loop.run(() -> {
            if (!stopped && held.remove(server) != null) {
                adopted.add(server);
                publish(state.mode());
            }
        });
    }

    /** Stops watching everything, and lets the others know at once. */
    Future<Void> leave() {
        var left = loop.<Void>promise();
        loop.run(() -> {
            stopped = true;
            Map<String, Long> mine = Map.copyOf(held);
            held.clear();
            adopted.clear();
            publish(Mode.LEFT);
            apply().timeout(CLOSE.toMillis(), TimeUnit.MILLISECONDS)
                    .otherwiseEmpty()
                    .compose(closed ->
                            Scripts.RELEASE.run(redis, DEADLINE, scripts.release(), arguments(mine.keySet(), mine)))
                    .compose(released -> Scripts.LEAVE.run(redis, DEADLINE, scripts.leave(), List.of(id())))
                    .onComplete(ended -> left.complete());
        });
        return left.future();
    }

    private String id() {
        return self.apply(0).id();
    }

    private void beat() {
        if (stopped) {
            return;
        }
        loop.after((long) (BEAT.toMillis() * ThreadLocalRandom.current().nextDouble(0.9, 1.1)), this::beat);
        long sent = System.nanoTime();
        Member member = self.apply(held.size() + adopted.size());
        Scripts.BEAT
                .run(redis, DEADLINE, scripts.beat(), List.of(member.id(), member.json()))
                .onComplete(answer -> loop.run(() -> {
                    if (stopped) {
                        return;
                    }
                    @Nullable Response reply = answer.result();
                    if (answer.failed() || reply == null) {
                        missed();
                    } else {
                        answered(member, sent, reply);
                    }
                }));
    }

    private void missed() {
        missed++;
        if (missed >= MISSED && state.mode() != Mode.SOLO) {
            LOG.warn("Redis does not answer: this replica goes on with the servers that it watches");
            soloAt = System.nanoTime();
            publish(Mode.SOLO);
        }
        if (state.mode() == Mode.SOLO) {
            adoptSilent();
        }
    }

    /** While Redis is away: watching a server twice is harmless, watching it not at all is not. */
    private void adoptSilent() {
        boolean alone = known.size() <= 1;
        if (!alone && System.nanoTime() - soloAt < ADOPT.toNanos() - FENCE.toNanos()) {
            return;
        }
        Set<String> others = new HashSet<>(known);
        others.retainAll(heard.get());
        others.add(id());
        Set<String> owned = new HashSet<>();
        for (String server : configured) {
            // The same hash says who of those that are left watches a server, so that not all of them do.
            String owner = Rendezvous.owner(server, known);
            String heir = owner != null && others.contains(owner) ? owner : Rendezvous.owner(server, others);
            if (id().equals(heir) && !held.containsKey(server)) {
                owned.add(server);
            }
        }
        if (adopted.addAll(owned)) {
            LOG.warnf(
                    "Redis and some replicas do not answer: this replica watches %d of their servers", adopted.size());
        }
        apply();
    }

    private void answered(Member member, long sent, Response reply) {
        long received = System.nanoTime();
        if (received - sent > FENCE.toNanos()) {
            // This process stood still meanwhile.
            return;
        }
        missed = 0;
        long redisNow = RedisNode.number(reply.get(0));
        long half = (received - sent) / 2_000_000;
        long offset = redisNow + half - SteadyClock.now().toEpochMilli();
        long latest = RedisNode.number(reply.get(1));
        long created = RedisNode.number(reply.get(2));
        List<Member> members = members(reply);
        Set<String> ids = new HashSet<>();
        members.forEach(one -> ids.add(one.id()));
        if (!ids.equals(known)) {
            known = ids;
            changedAt = received;
        }
        boolean changed = latest != epoch || created != boot;
        epoch = latest;
        boot = created;
        if (state.mode() != Mode.SHARED) {
            LOG.infof("shares the fleet with %d other replicas", Math.max(0, members.size() - 1));
            changed = true;
        }
        if (members.stream().noneMatch(one -> one.id().equals(member.id()))) {
            LOG.errorf("there are already %d replicas: this one watches nothing", Scripts.MOST_MEMBERS);
        }
        state = new ReplicaState(Mode.SHARED, latest, members, held, adopted, sent, offset);
        claim(member, members, changed || beats++ % REPEAT == 0);
    }

    private void claim(Member member, List<Member> members, boolean all) {
        boolean settled = System.nanoTime() - changedAt > calm.toNanos();
        Plan plan = Plan.of(member, configured, held.keySet(), members, settled);
        Set<String> wanted = new HashSet<>(plan.claims());
        if (all) {
            wanted.addAll(held.keySet());
        }
        wanted.addAll(adopted);
        wanted.removeAll(releasing);
        wanted.retainAll(Set.copyOf(configured));
        List<String> order = List.copyOf(wanted);
        if (order.isEmpty()) {
            release(plan.releases());
            apply();
            return;
        }
        Scripts.CLAIM
                .run(redis, DEADLINE, scripts.claim(), arguments(order, held))
                .onSuccess(reply -> loop.run(() -> {
                    if (stopped || reply == null || reply.size() != order.size()) {
                        return;
                    }
                    for (int i = 0; i < order.size(); i++) {
                        settle(order.get(i), RedisNode.number(reply.get(i)));
                    }
                    release(plan.releases());
                    apply();
                }));
    }

    private void settle(String server, long token) {
        if (releasing.contains(server) || !configured.contains(server)) {
            // It was given away while the answer was on its way.
            return;
        }
        if (token > 0) {
            held.put(server, token);
            adopted.remove(server);
        } else if (token == 0) {
            held.remove(server);
            adopted.remove(server);
        } else {
            // Redis has just been started. It may be another's, which is known soon; until then reading twice is
            // harmless.
            held.remove(server);
            adopted.add(server);
        }
    }

    /** Stops watching these, and then lets others claim them. */
    private void release(Set<String> servers) {
        Map<String, Long> mine = new HashMap<>();
        servers.forEach(server -> {
            Long token = held.remove(server);
            if (token != null) {
                mine.put(server, token);
            }
        });
        if (mine.isEmpty()) {
            return;
        }
        releasing.addAll(mine.keySet());
        apply().timeout(CLOSE.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(closed ->
                        Scripts.RELEASE.run(redis, DEADLINE, scripts.release(), arguments(mine.keySet(), mine)))
                // If that fails, it expires with this replica, or is claimed again: its owner is still this one.
                .onComplete(ended -> loop.run(() -> releasing.removeAll(mine.keySet())));
    }

    private List<String> arguments(Collection<String> servers, Map<String, Long> tokens) {
        List<String> arguments = new ArrayList<>();
        arguments.add(id());
        servers.forEach(server -> {
            arguments.add(server);
            arguments.add(String.valueOf(tokens.getOrDefault(server, 0L)));
        });
        return arguments;
    }

    private static List<Member> members(Response reply) {
        Map<String, String> said = new HashMap<>();
        Response info = reply.get(4);
        for (int i = 0; i + 1 < info.size(); i += 2) {
            said.put(info.get(i).toString(), info.get(i + 1).toString());
        }
        List<Member> members = new ArrayList<>();
        for (Response id : reply.get(3)) {
            members.add(Member.of(id.toString(), said.getOrDefault(id.toString(), "{}")));
        }
        return members;
    }

    /** Publishes what has changed, and watches what is to be watched. */
    private Future<Void> apply() {
        publish(state.mode());
        Set<String> now = new HashSet<>(held.keySet());
        now.addAll(adopted);
        if (watching && now.equals(watched)) {
            return Future.succeededFuture();
        }
        watching = true;
        watched = now;
        return watch.apply(Set.copyOf(now));
    }

    private void publish(Mode mode) {
        ReplicaState before = state;
        state = new ReplicaState(
                mode, before.epoch(), before.members(), held, adopted, before.beatAt(), before.redisMillis());
    }
}
