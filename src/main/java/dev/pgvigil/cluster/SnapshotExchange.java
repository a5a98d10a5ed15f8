package dev.pgvigil.cluster;

import dev.pgvigil.monitor.FleetMonitor;
import dev.pgvigil.monitor.ReceivedState;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to Redis what this replica observes, and merges what the others publish into the snapshot that everything reads. Readers
 * of the snapshot never wait for Redis. Only what has changed is written and read: one head for each server, and the outcomes of
 * those checks that have run. Confined to one worker thread, which may wait; the counts may be read from any thread.
 */
final class SnapshotExchange {

    private static final Logger LOG = Logger.getLogger(SnapshotExchange.class);
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final int CHUNK = 100;
    /** Clocks of replicas that differ by less are taken to agree, so that times do not change at each reading. */
    private static final long CLOCKS_AGREE_MS = 250;

    private final RedisNode redis;
    private final String prefix;
    private final Scripts scripts;
    private final SnapshotCodec codec;
    private final Fleet fleet;
    private final FleetMonitor monitor;
    private final Replica replica;
    private final Map<Server.Identity, Published> published = new HashMap<>();
    private final Map<Server.Identity, Received> received = new HashMap<>();
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
    private RedisNode.@Nullable Located writtenTo;

    final AtomicLong sent = new AtomicLong();
    final AtomicLong sentBytes = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong merged = new AtomicLong();
    final AtomicLong failures = new AtomicLong();

    /** What was written of a server. */
    private record Published(
            long token, long sequence, ServerState state, List<TargetState> targets, Map<String, Long> parts) {}

    /** What was read of a server. */
    private record Received(Buffer head, long token, long shift, Map<String, Versioned> parts) {}

    private record Versioned(long version, Object value) {}

    private record Write(Server.Identity server, String name, Published next, Request request, int bytes) {}

    SnapshotExchange(
            RedisNode redis,
            String prefix,
            Scripts scripts,
            SnapshotCodec codec,
            Fleet fleet,
            FleetMonitor monitor,
            Replica replica) {
        this.redis = redis;
        this.prefix = prefix;
        this.scripts = scripts;
        this.codec = codec;
        this.fleet = fleet;
        this.monitor = monitor;
        this.replica = replica;
    }

    /** Writes and reads once. */
    void run() {
        ReplicaState state = replica.state();
        Long offset = state.redisMillis();
        if (state.mode() != ReplicaState.Mode.SHARED || offset == null) {
            return;
        }
        try {
            publish(state, offset);
            receive(offset);
        } catch (ExecutionException | TimeoutException e) {
            failures.incrementAndGet();
            LOG.debug("the exchange of snapshots failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T wait(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toMillis() * 2, TimeUnit.MILLISECONDS);
    }

    // Writing

    private void publish(ReplicaState state, long offset)
            throws ExecutionException, TimeoutException, InterruptedException {
        if (writtenTo == null || !identical(redis.located(), writtenTo)) {
            // Another server, or one that was restarted, may not have what was written.
            published.clear();
        }
        Snapshot snapshot = fleet.snapshot();
        Map<Server, List<TargetState>> targets = new HashMap<>();
        snapshot.targets()
                .values()
                .forEach(target -> targets.computeIfAbsent(target.target().server(), first -> new ArrayList<>())
                        .add(target));
        published
                .keySet()
                .removeIf(server -> snapshot.servers().keySet().stream()
                        .noneMatch(known -> known.identity().equals(server)));
        List<Write> writes = new ArrayList<>();
        snapshot.servers().forEach((server, latest) -> {
            Long token = state.held().get(server.id());
            if (token != null && replica.token(server.id()).isPresent()) {
                Write write = write(latest, targets.getOrDefault(server, List.of()), token, offset, writes.isEmpty());
                if (write != null) {
                    writes.add(write);
                }
            }
        });
        for (int from = 0; from < writes.size(); from += CHUNK) {
            List<Write> chunk = writes.subList(from, Math.min(writes.size(), from + CHUNK));
            List<@Nullable Response> answers =
                    wait(redis.batch(chunk.stream().map(Write::request).toList(), DEADLINE));
            for (int i = 0; i < chunk.size(); i++) {
                @Nullable Response answer = answers.get(i);
                if (answer != null && RedisNode.number(answer) == 1) {
                    published.put(chunk.get(i).server(), chunk.get(i).next());
                    sent.incrementAndGet();
                    sentBytes.addAndGet(chunk.get(i).bytes());
                } else {
                    refused.incrementAndGet();
                    replica.refused(chunk.get(i).name());
                }
            }
        }
        writtenTo = redis.located();
    }

    private @Nullable Write write(
            ServerState state, List<TargetState> targets, long token, long offset, boolean first) {
        Server.Identity server = state.server().identity();
        Published before = published.get(server);
        if (before != null && before.token() != token) {
            before = null;
        }
        if (before != null && identical(before.state(), state) && same(before.targets(), targets)) {
            return null;
        }
        try {
            Map<String, Long> parts = new HashMap<>();
            Map<String, byte[]> changed = new HashMap<>();
            Map<String, Long> known = before == null ? Map.of() : before.parts();
            ServerFacts facts = state.facts();
            long factsVersion = facts == null ? 0 : facts.hashCode() | 1L;
            if (facts != null) {
                add(Head.FACTS, factsVersion, known, parts, changed, () -> codec.write(facts));
            }
            Map<String, Long> checks = versions("", state.outcomes(), known, parts, changed);
            List<Head.OneTarget> ones = new ArrayList<>();
            for (TargetState target : targets) {
                ones.add(new Head.OneTarget(
                        target.target().name(),
                        target.target().database(),
                        target.status(),
                        target.since(),
                        target.findings(),
                        target.ignored(),
                        versions(target.target().name(), target.outcomes(), known, parts, changed)));
            }
            long sequence = before == null ? 1 : before.sequence() + 1;
            long now = SteadyClock.now().toEpochMilli();
            byte[] head =
                    codec.write(new Head(token, sequence, now, now + offset, factsVersion, state.link(), checks, ones));
            Request request = (first ? Scripts.PUT.whole(keys(server)) : Scripts.PUT.known(keys(server)))
                    .arg(id(server))
                    .arg(String.valueOf(token))
                    .arg(head);
            int bytes = head.length;
            for (Map.Entry<String, byte[]> part : changed.entrySet()) {
                request.arg(part.getKey()).arg(part.getValue());
                bytes += part.getValue().length;
            }
            return new Write(
                    server, state.server().id(), new Published(token, sequence, state, targets, parts), request, bytes);
        } catch (IOException | RuntimeException e) {
            failure("the state of " + state.server().id(), e);
            return null;
        }
    }

    private interface Content {
        byte[] get() throws IOException;
    }

    private Map<String, Long> versions(
            String target,
            Map<String, Outcome<?>> outcomes,
            Map<String, Long> known,
            Map<String, Long> parts,
            Map<String, byte[]> changed) {
        Map<String, Long> versions = new HashMap<>();
        outcomes.forEach((check, outcome) -> {
            long version = version(outcome.at());
            try {
                String part = Head.part(target, check);
                if (add(part, version, known, parts, changed, () -> codec.write(Part.of(outcome, check, codec)))) {
                    versions.put(check, version);
                }
            } catch (IOException | RuntimeException e) {
                failure("the outcome of check " + check, e);
            }
        });
        return versions;
    }

    /** Whether the part is published; one that is too large is not. */
    private static boolean add(
            String name,
            long version,
            Map<String, Long> known,
            Map<String, Long> parts,
            Map<String, byte[]> changed,
            Content content)
            throws IOException {
        Long written = known.get(name);
        if (written == null || written != version) {
            byte[] bytes = content.get();
            if (bytes.length > SnapshotCodec.MOST_BYTES) {
                return false;
            }
            changed.put(name, bytes);
        }
        parts.put(name, version);
        return true;
    }

    private static long version(Instant at) {
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1000;
    }

    /** Values of the snapshot are replaced when they change; comparing them in full would cost more than publishing them. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean identical(@Nullable Object one, @Nullable Object other) {
        return one == other;
    }

    private static boolean same(List<TargetState> one, List<TargetState> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!identical(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }

    // Reading

    private void receive(long offset) throws ExecutionException, TimeoutException, InterruptedException {
        List<Server.Identity> servers = List.copyOf(monitor.remoteServers());
        received.keySet().retainAll(servers);
        for (int from = 0; from < servers.size(); from += CHUNK) {
            List<Server.Identity> chunk = servers.subList(from, Math.min(servers.size(), from + CHUNK));
            Request heads = Request.cmd(Command.MGET);
            chunk.forEach(server -> heads.arg(headKey(server)));
            @Nullable Response answers = wait(redis.send(heads, DEADLINE));
            if (answers != null) {
                merge(chunk, answers, offset);
            }
        }
    }

    private void merge(List<Server.Identity> servers, Response answers, long offset)
            throws ExecutionException, TimeoutException, InterruptedException {
        List<Server.Identity> changed = new ArrayList<>();
        List<Head> heads = new ArrayList<>();
        List<Buffer> raw = new ArrayList<>();
        List<List<String>> wanted = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            @Nullable Response answer = answers.get(i);
            Buffer bytes = answer == null ? null : answer.toBuffer();
            Received known = received.get(servers.get(i));
            if (bytes == null || (known != null && known.head().equals(bytes))) {
                continue;
            }
            try {
                Head head = codec.read(bytes.getBytes(), Head.class);
                if (known == null || head.token() >= known.token()) {
                    changed.add(servers.get(i));
                    heads.add(head);
                    raw.add(bytes);
                    wanted.add(missing(head, known));
                }
            } catch (IOException | RuntimeException e) {
                failure("the state of " + servers.get(i).host(), e);
            }
        }
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < changed.size(); i++) {
            if (!wanted.get(i).isEmpty()) {
                Request parts = Request.cmd(Command.HMGET).arg(partsKey(changed.get(i)));
                wanted.get(i).forEach(parts::arg);
                requests.add(parts);
            }
        }
        List<@Nullable Response> parts = wait(redis.batch(requests, DEADLINE));
        int next = 0;
        for (int i = 0; i < changed.size(); i++) {
            @Nullable Response found = wanted.get(i).isEmpty() ? null : parts.get(next++);
            apply(changed.get(i), heads.get(i), raw.get(i), wanted.get(i), found, offset);
        }
    }

    private static Map<String, Long> versions(Head head) {
        Map<String, Long> versions = new HashMap<>();
        if (head.facts() != 0) {
            versions.put(Head.FACTS, head.facts());
        }
        head.checks().forEach((check, version) -> versions.put(Head.part("", check), version));
        head.targets()
                .forEach(target -> target.checks()
                        .forEach((check, version) -> versions.put(Head.part(target.name(), check), version)));
        return versions;
    }

    private static List<String> missing(Head head, @Nullable Received known) {
        List<String> missing = new ArrayList<>();
        versions(head).forEach((part, version) -> {
            Versioned have = known == null ? null : known.parts().get(part);
            if (have == null || have.version() != version) {
                missing.add(part);
            }
        });
        return missing;
    }

    private void apply(
            Server.Identity server, Head head, Buffer raw, List<String> wanted, @Nullable Response found, long offset) {
        Received before = received.get(server);
        long shift = shift(head, before, offset);
        Duration by = Duration.ofMillis(shift);
        Map<String, Versioned> parts = new HashMap<>();
        Map<String, Long> versions = versions(head);
        if (before != null) {
            before.parts().forEach((name, part) -> {
                if (versions.containsKey(name)) {
                    parts.put(name, part);
                }
            });
        }
        for (int i = 0; found != null && i < wanted.size(); i++) {
            @Nullable Response content = found.get(i);
            Long version = versions.get(wanted.get(i));
            if (content == null || version == null) {
                continue;
            }
            String name = wanted.get(i);
            try {
                parts.put(name, new Versioned(version, part(name, content.toBytes(), by)));
            } catch (IOException | RuntimeException e) {
                failure("the outcome of check " + name.lines().findFirst().orElse(""), e);
            }
        }
        received.put(server, new Received(raw, head.token(), shift, parts));
        monitor.received(server, state(head, parts, by));
        merged.incrementAndGet();
    }

    private Object part(String name, byte[] bytes, Duration shift) throws IOException {
        if (name.equals(Head.FACTS)) {
            return codec.read(bytes, ServerFacts.class);
        }
        int end = name.indexOf('\n');
        String check = end < 0 ? name : name.substring(0, end);
        return codec.read(bytes, Part.class).outcome(check, shift, codec);
    }

    private static ReceivedState state(Head head, Map<String, Versioned> parts, Duration shift) {
        Versioned facts = parts.get(Head.FACTS);
        List<ReceivedState.One> targets = head.targets().stream()
                .map(one -> new ReceivedState.One(
                        one.name(),
                        one.database(),
                        one.status(),
                        one.since().plus(shift),
                        one.findings(),
                        one.ignored().stream()
                                .map(ignored ->
                                        new IgnoredFinding(ignored.finding(), ignored.reason(), ignored.until()))
                                .toList(),
                        outcomes(one.name(), one.checks().keySet(), parts)))
                .toList();
        ConnectionState link = head.link();
        return new ReceivedState(
                facts == null ? null : (ServerFacts) facts.value(),
                link,
                outcomes("", head.checks().keySet(), parts),
                targets);
    }

    private static Map<String, Outcome<?>> outcomes(String target, Set<String> checks, Map<String, Versioned> parts) {
        Map<String, Outcome<?>> outcomes = new HashMap<>();
        checks.forEach(check -> {
            Versioned part = parts.get(Head.part(target, check));
            if (part != null) {
                outcomes.put(check, (Outcome<?>) part.value());
            }
        });
        return outcomes;
    }

    /** What to add to times of the other's clock, so that ages are right whatever the clocks of the machines show. */
    private static long shift(Head head, @Nullable Received before, long offset) {
        long shift = head.redisAt() - head.sentAt() - offset;
        if (before != null && before.token() == head.token() && Math.abs(before.shift() - shift) < CLOCKS_AGREE_MS) {
            return before.shift();
        }
        return Math.abs(shift) < CLOCKS_AGREE_MS ? 0 : shift;
    }

    private void failure(String what, Exception failure) {
        failures.incrementAndGet();
        if (unreadable.size() < 1000 && unreadable.add(what)) {
            LOG.warnf(
                    "%s is not shared among replicas: %s",
                    what, failure.getClass().getSimpleName());
            LOG.debug(what, failure);
        }
    }

    // Keys

    private static String id(Server.Identity server) {
        return server.user() + "@" + server.host() + ":" + server.port();
    }

    private String headKey(Server.Identity server) {
        return prefix + "s:" + id(server);
    }

    private String partsKey(Server.Identity server) {
        return prefix + "p:" + id(server);
    }

    private List<String> keys(Server.Identity server) {
        return List.of(scripts.accepted(), headKey(server), partsKey(server));
    }
}
