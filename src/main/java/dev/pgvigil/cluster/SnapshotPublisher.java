package dev.pgvigil.cluster;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to Redis what this replica observes of the servers that it watches: one head for each server when it has changed, and the outcomes
 * of those checks that have run. Confined to the worker of {@link SnapshotExchange}; the counts may be read from any thread.
 */
final class SnapshotPublisher {

    private final RedisNode redis;
    private final SnapshotKeys keys;
    private final SnapshotCodec codec;
    private final Fleet fleet;
    private final Replica replica;
    private final ExchangeFailures failures;
    private final Map<Server.Identity, Published> published = new HashMap<>();
    private RedisNode.@Nullable Located writtenTo;

    final AtomicLong sent = new AtomicLong();
    final AtomicLong sentBytes = new AtomicLong();
    final AtomicLong refused = new AtomicLong();

    /** What was written of a server. */
    private record Published(
            long token, long sequence, ServerState state, List<TargetState> targets, Map<String, Long> parts) {}

    private record Write(Server.Identity server, String name, Published next, Request request, int bytes) {}

    SnapshotPublisher(
            RedisNode redis,
            SnapshotKeys keys,
            SnapshotCodec codec,
            Fleet fleet,
            Replica replica,
            ExchangeFailures failures) {
        this.redis = redis;
        this.keys = keys;
        this.codec = codec;
        this.fleet = fleet;
        this.replica = replica;
        this.failures = failures;
    }

    /** Writes what has changed since the last time. */
    void publish(ReplicaState state, long offset) throws ExecutionException, TimeoutException, InterruptedException {
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
        for (int from = 0; from < writes.size(); from += SnapshotExchange.CHUNK) {
            List<Write> chunk = writes.subList(from, Math.min(writes.size(), from + SnapshotExchange.CHUNK));
            List<@Nullable Response> answers = SnapshotExchange.wait(
                    redis.batch(chunk.stream().map(Write::request).toList(), SnapshotExchange.DEADLINE));
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
                add(PublishedServer.FACTS, factsVersion, known, parts, changed, () -> codec.write(facts));
            }
            Map<String, Long> checks = versions("", state.outcomes(), known, parts, changed);
            List<PublishedServer.PublishedTarget> ones = new ArrayList<>();
            for (TargetState target : targets) {
                ones.add(new PublishedServer.PublishedTarget(
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
            byte[] head = codec.write(
                    new PublishedServer(token, sequence, now, now + offset, factsVersion, state.link(), checks, ones));
            Request request = (first ? Scripts.PUT.whole(keys.of(server)) : Scripts.PUT.known(keys.of(server)))
                    .arg(SnapshotKeys.id(server))
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
            failures.add("the state of " + state.server().id(), e);
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
                String part = PublishedServer.part(target, check);
                if (add(
                        part,
                        version,
                        known,
                        parts,
                        changed,
                        () -> codec.write(PublishedOutcome.of(outcome, check, codec)))) {
                    versions.put(check, version);
                }
            } catch (IOException | RuntimeException e) {
                failures.add("the outcome of check " + check, e);
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
}
