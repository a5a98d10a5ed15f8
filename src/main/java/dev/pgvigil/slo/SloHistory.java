package dev.pgvigil.slo;

import dev.pgvigil.store.Store;
import dev.pgvigil.store.StoreSessions;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What an objective of a target was over time: by the hour from the store, else what the rings in memory hold. */
@Singleton
final class SloHistory {

    private static final Logger LOG = Logger.getLogger(SloHistory.class);
    private static final String READ = "SELECT at, good, bad, excluded, excluded_bad FROM pgvigil.slo_hour"
            + " WHERE target = (SELECT id FROM pgvigil.target WHERE name = $1) AND slo = $2 AND at >= $3 AND at < $4"
            + " ORDER BY at";

    private final Store store;
    private final SloMonitor monitor;

    SloHistory(Store store, SloMonitor monitor) {
        this.store = store;
        this.monitor = monitor;
    }

    /**
     * Parts of the past, oldest first. Times of which nothing is known have none.
     *
     * @param stored whether they are from the store, and reach back two windows
     */
    record Past(boolean stored, List<Objective.Part> parts) {

        static final Past NOTHING = new Past(false, List.of());
    }

    /** The last two windows of the budget from the store, so that what was left can be told at any time of the last one. */
    Uni<Past> of(Slo slo, String target, long now) {
        Objective objective = monitor.objective(slo.name(), target);
        Past memory = objective == null ? Past.NOTHING : new Past(false, objective.parts());
        Optional<StoreSessions> sessions = store.sessions();
        if (sessions.isEmpty()) {
            return Uni.createFrom().item(memory);
        }
        long begin = now - 2 * slo.window().seconds();
        long end = Math.floorDiv(now, SloHour.SECONDS) * SloHour.SECONDS;
        return Uni.createFrom()
                .completionStage(sessions.get()
                        .query(READ, Tuple.of(target, slo.name(), time(begin), time(end)))
                        .toCompletionStage())
                .map(rows -> stored(rows, objective, end, memory))
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.debug("hours of an objective could not be read", failure);
                    return memory;
                });
    }

    /** The hour that has begun is in memory only. A store that has nothing yet is no better than memory. */
    private static Past stored(RowSet<Row> rows, @Nullable Objective objective, long end, Past memory) {
        List<Objective.Part> parts = new ArrayList<>();
        for (Row row : rows) {
            parts.add(new Objective.Part(
                    row.getOffsetDateTime("at").toEpochSecond(),
                    SloHour.SECONDS,
                    new Counts(
                            row.getInteger("good"),
                            row.getInteger("bad"),
                            row.getInteger("excluded"),
                            row.getInteger("excluded_bad"))));
        }
        if (parts.isEmpty()) {
            return memory;
        }
        Objective.Part current = objective == null ? null : objective.hour(end);
        if (current != null) {
            parts.add(current);
        }
        return new Past(true, List.copyOf(parts));
    }

    private static OffsetDateTime time(long second) {
        return Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC);
    }
}
