package dev.pgvigil.store;

import dev.pgvigil.check.Growing;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of history of the snapshots that it is shown, at best one a second. Each observation counts once; a bucket in
 * which a target had no heartbeat is unknown. Not thread-safe.
 */
final class SampleCollector {

    private final Map<String, Bucket> buckets = new HashMap<>();
    private @Nullable Instant current;

    /** The rows of the bucket before, if this time is in a new one. */
    List<Sample> look(Snapshot snapshot, Instant now, Instant shown) {
        Instant bucket = Level.RAW.bucket(shown);
        // A clock that was set back goes on in the bucket that it was in.
        List<Sample> rows = current == null || bucket.isAfter(current) ? end() : List.of();
        current = current == null || bucket.isAfter(current) ? bucket : current;
        buckets.keySet().retainAll(snapshot.targets().keySet());
        snapshot.targets()
                .forEach((name, target) ->
                        buckets.computeIfAbsent(name, first -> new Bucket()).see(snapshot, target));
        return rows;
    }

    /** The rows of the current bucket. */
    List<Sample> end() {
        Instant at = current;
        List<Sample> rows = new ArrayList<>();
        if (at != null) {
            buckets.forEach((name, bucket) -> rows.add(new Sample(name, at, bucket.take())));
        }
        return rows;
    }

    /** What one target was seen to be. */
    private static final class Bucket {

        private final Map<Series, Aggregate> series = new EnumMap<>(Series.class);
        private @Nullable Instant lastBeat;
        private @Nullable Instant lastUse;
        private @Nullable Instant lastSize;

        Bucket() {
            clear();
        }

        private void clear() {
            for (Series each : Series.values()) {
                series.put(each, Aggregate.NONE);
            }
        }

        void see(Snapshot snapshot, TargetState target) {
            size(snapshot, target);
            Outcome<?> beat = snapshot.serverOf(target).outcome(HeartbeatResult.CHECK);
            if (beat != null && !beat.at().equals(lastBeat)) {
                lastBeat = beat.at();
                beat(beat);
            }
            Outcome<?> use = snapshot.serverOf(target).outcome(target, PoolUsage.CHECK);
            if (use != null && !use.at().equals(lastUse)) {
                lastUse = use.at();
                switch (use) {
                    case Outcome.Observed<?>(var _, var _, PoolUsage usage) ->
                        add(Series.CONNECTIONS, Aggregate.of(usage.checkedOut()));
                    case Outcome.Observed<?> _, Outcome.Skipped<?> _ -> {}
                    case Outcome.Failed<?> _ -> add(Series.CONNECTIONS, Aggregate.UNKNOWN);
                }
            }
        }

        private void size(Snapshot snapshot, TargetState target) {
            for (Outcome<?> outcome : snapshot.serverOf(target).outcomes().values()) {
                if (outcome instanceof Outcome.Observed<?>(var at, var _, Growing growing)
                        && (lastSize == null || at.isAfter(lastSize))) {
                    for (Growing.Quantity each : growing.quantities()) {
                        if (each.resource() == Growing.Resource.DATABASE_SIZE
                                && target.target().database().equals(each.database())) {
                            lastSize = at;
                            add(Series.DATABASE_SIZE, Aggregate.of(each.value()));
                        }
                    }
                }
            }
        }

        private void beat(Outcome<?> outcome) {
            switch (outcome) {
                case Outcome.Observed<?>(var _, var _, HeartbeatResult result) -> {
                    add(Series.UP, Aggregate.of(1));
                    add(Series.RESPONSE_TIME, Aggregate.of(result.responseTimeMs()));
                }
                case Outcome.Failed<?> failed
                when failed.failure().reason() == Failure.Reason.LOCAL -> add(Series.UP, Aggregate.UNKNOWN);
                case Outcome.Failed<?> _ -> add(Series.UP, Aggregate.of(0));
                case Outcome.Observed<?> _, Outcome.Skipped<?> _ -> {}
            }
        }

        private void add(Series which, Aggregate value) {
            if (Double.isFinite(value.sum())) {
                series.merge(which, value, Aggregate::plus);
            }
        }

        List<Aggregate> take() {
            if (series.getOrDefault(Series.UP, Aggregate.NONE).nothing()) {
                add(Series.UP, Aggregate.UNKNOWN);
            }
            List<Aggregate> taken = List.copyOf(series.values());
            clear();
            return taken;
        }
    }
}
