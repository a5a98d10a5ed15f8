package dev.pgvigil.cluster;

import dev.pgvigil.monitor.FleetMonitor;
import dev.pgvigil.monitor.ReceivedState;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.Outcome;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads from Redis what the other replicas publish, and merges it into the snapshot that everything reads. Confined to the worker of
 * {@link SnapshotExchange}; the count may be read from any thread.
 */
final class SnapshotReceiver {

    /** Clocks of replicas that differ by less are taken to agree, so that times do not change at each reading. */
    private static final long CLOCKS_AGREE_MS = 250;

    private final RedisNode redis;
    private final SnapshotKeys keys;
    private final SnapshotCodec codec;
    private final FleetMonitor monitor;
    private final ExchangeFailures failures;
    private final Map<Server.Identity, Received> received = new HashMap<>();

    final AtomicLong merged = new AtomicLong();

    /** What was read of a server. */
    private record Received(Buffer head, long token, long shift, Map<String, Versioned> parts) {}

    private record Versioned(long version, Object value) {}

    SnapshotReceiver(
            RedisNode redis, SnapshotKeys keys, SnapshotCodec codec, FleetMonitor monitor, ExchangeFailures failures) {
        this.redis = redis;
        this.keys = keys;
        this.codec = codec;
        this.monitor = monitor;
        this.failures = failures;
    }

    /** Reads what has changed since the last time, and merges it into the snapshot. */
    void receive(long offset) throws ExecutionException, TimeoutException, InterruptedException {
        List<Server.Identity> servers = List.copyOf(monitor.remoteServers());
        received.keySet().retainAll(servers);
        for (int from = 0; from < servers.size(); from += SnapshotExchange.CHUNK) {
            List<Server.Identity> chunk =
                    servers.subList(from, Math.min(servers.size(), from + SnapshotExchange.CHUNK));
            Request heads = Request.cmd(Command.MGET);
            chunk.forEach(server -> heads.arg(keys.head(server)));
            @Nullable Response answers = SnapshotExchange.wait(redis.send(heads, SnapshotExchange.DEADLINE));
            if (answers != null) {
                merge(chunk, answers, offset);
            }
        }
    }

    private void merge(List<Server.Identity> servers, Response answers, long offset)
            throws ExecutionException, TimeoutException, InterruptedException {
        List<Server.Identity> changed = new ArrayList<>();
        List<PublishedServer> heads = new ArrayList<>();
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
                PublishedServer head = codec.read(bytes.getBytes(), PublishedServer.class);
                if (known == null || head.token() >= known.token()) {
                    changed.add(servers.get(i));
                    heads.add(head);
                    raw.add(bytes);
                    wanted.add(missing(head, known));
                }
            } catch (IOException | RuntimeException e) {
                failures.add("the state of " + servers.get(i).host(), e);
            }
        }
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < changed.size(); i++) {
            if (!wanted.get(i).isEmpty()) {
                Request parts = Request.cmd(Command.HMGET).arg(keys.parts(changed.get(i)));
                wanted.get(i).forEach(parts::arg);
                requests.add(parts);
            }
        }
        List<@Nullable Response> parts = SnapshotExchange.wait(redis.batch(requests, SnapshotExchange.DEADLINE));
        int next = 0;
        for (int i = 0; i < changed.size(); i++) {
            @Nullable Response found = wanted.get(i).isEmpty() ? null : parts.get(next++);
            try {
                apply(changed.get(i), heads.get(i), raw.get(i), wanted.get(i), found, offset);
            } catch (RuntimeException e) {
                // A state of another version may lack what this one needs; it concerns this server only.
                failures.add("the state of " + changed.get(i).host(), e);
            }
        }
    }

    private static Map<String, Long> versions(PublishedServer head) {
        Map<String, Long> versions = new HashMap<>();
        if (head.facts() != 0) {
            versions.put(PublishedServer.FACTS, head.facts());
        }
        head.checks().forEach((check, version) -> versions.put(PublishedServer.part("", check), version));
        head.targets()
                .forEach(target -> target.checks()
                        .forEach(
                                (check, version) -> versions.put(PublishedServer.part(target.name(), check), version)));
        return versions;
    }

    private static List<String> missing(PublishedServer head, @Nullable Received known) {
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
            Server.Identity server,
            PublishedServer head,
            Buffer raw,
            List<String> wanted,
            @Nullable Response found,
            long offset) {
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
                failures.add("the outcome of check " + name.lines().findFirst().orElse(""), e);
            }
        }
        received.put(server, new Received(raw, head.token(), shift, parts));
        monitor.received(server, state(head, parts, by));
        merged.incrementAndGet();
    }

    private Object part(String name, byte[] bytes, Duration shift) throws IOException {
        if (name.equals(PublishedServer.FACTS)) {
            return codec.read(bytes, ServerFacts.class);
        }
        int end = name.indexOf('\n');
        String check = end < 0 ? name : name.substring(0, end);
        return codec.read(bytes, PublishedOutcome.class).outcome(check, shift, codec);
    }

    private static ReceivedState state(PublishedServer head, Map<String, Versioned> parts, Duration shift) {
        Versioned facts = parts.get(PublishedServer.FACTS);
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
            Versioned part = parts.get(PublishedServer.part(target, check));
            if (part != null) {
                outcomes.put(check, (Outcome<?>) part.value());
            }
        });
        return outcomes;
    }

    /** What to add to times of the other's clock, so that ages are right whatever the clocks of the machines show. */
    private static long shift(PublishedServer head, @Nullable Received before, long offset) {
        long shift = head.redisAt() - head.sentAt() - offset;
        if (before != null && before.token() == head.token() && Math.abs(before.shift() - shift) < CLOCKS_AGREE_MS) {
            return before.shift();
        }
        return Math.abs(shift) < CLOCKS_AGREE_MS ? 0 : shift;
    }
}
