package dev.pgvigil.check.replication;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Replication slots: WAL that they keep, slots that are lost or about to be, and logical decoding that spills to disk. */
@Singleton
public final class Slots implements Check<Slots.Listing> {

    public static final String NAME = "slots";

    static final Threshold RETAINED = Threshold.bytes(
            NAME, "retained", 4L << 30, "WAL kept by a slot without a limit from which the target is degraded");
    static final Threshold RETAINED_HIGH = Threshold.bytes(
            NAME, "retained-high", 32L << 30, "WAL kept by a slot without a limit from which the severity is high");
    static final Threshold LIMIT = Threshold.ratio(
            NAME, "limit", 0.7, "Share of max_slot_wal_keep_size used by a slot from which the target is degraded");
    static final Threshold UNUSED = Threshold.duration(
            NAME, "unused", Duration.ofDays(3), "Time for which nobody has used a slot that is a finding");
    static final Threshold SPILLED = Threshold.bytes(
            NAME,
            "spilled",
            256L << 20,
            "Changes that decoding for a slot writes to disk in a minute that are a finding");

    private static final int MOST = 100;
    private static final int MOST_SERIES = 20;

    private static final String SQL = """
            select s.slot_name::text as slot_name, s.plugin::text as plugin, s.slot_type, {database} as database,
              s.temporary, s.active, s.wal_status, s.safe_wal_size,
              pg_catalog.age(s.xmin)::int8 as xmin_age, pg_catalog.age(s.catalog_xmin)::int8 as catalog_xmin_age,
              greatest(wal.lsn - s.restart_lsn, 0)::int8 as retained,
              greatest(wal.lsn - s.confirmed_flush_lsn, 0)::int8 as unconfirmed,
              {since},
              case pg_catalog.current_setting('max_slot_wal_keep_size') when '-1' then -1
                else pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_slot_wal_keep_size')) / 1048576 end as keep,
              pg_catalog.count(*) over () as total
            from pg_catalog.pg_replication_slots s
              cross join (select case when pg_catalog.pg_is_in_recovery()
                then greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
                else pg_catalog.pg_current_wal_lsn() end as lsn) as wal
            order by retained desc nulls first, s.slot_name
            limit\s""".replace("{database}", RawText.sql("s.database")) + MOST;

    private static final String SINCE_17 = """
            extract(epoch from pg_catalog.clock_timestamp() - s.inactive_since)::float8 as inactive_seconds,
              s.invalidation_reason, s.synced""";

    private static final String SINCE_16 = """
            null::float8 as inactive_seconds, case when s.conflicting then 'rows_removed' end as invalidation_reason,
              false as synced""";

    private static final String SINCE_14 =
            "null::float8 as inactive_seconds, null::text as invalidation_reason, false as synced";

    private static final String DECODING = """
            select slot_name::text as slot_name, spill_txns, spill_bytes, stream_bytes, total_bytes,
              extract(epoch from stats_reset)::float8 as reset
            from pg_catalog.pg_stat_replication_slots order by spill_bytes desc limit\s""" + MOST;

    /**
     * Work of logical decoding since the statistics were reset.
     *
     * @param spilledBytes changes of transactions larger than {@code logical_decoding_work_mem}, written to disk
     * @param streamedBytes changes of such transactions, sent before their end
     * @param resetEpochSeconds null: never
     */
    public record Decoding(
            long spilledTransactions,
            long spilledBytes,
            long streamedBytes,
            long decodedBytes,
            @Nullable Double resetEpochSeconds) {}

    /**
     * One slot.
     *
     * @param database of a logical slot
     * @param walStatus {@code reserved}, {@code extended}, {@code unreserved}, {@code lost}; null: it keeps no WAL
     * @param safeWalBytes that can be written until it may be lost; null: without a limit, or lost
     * @param retainedBytes WAL that the server keeps for it; null: none
     * @param unconfirmedBytes WAL of which a logical slot's consumer has not confirmed the changes
     * @param inactiveSeconds since it was last used, from PostgreSQL 17 on; null: in use, or not known
     * @param invalidationReason why the server has made it unusable, from PostgreSQL 16 on
     * @param synced whether it is the copy on a standby of a slot of the primary
     * @param decoding of a logical slot
     */
    public record Slot(
            String slotName,
            @Nullable String plugin,
            String slotType,
            @Nullable String database,
            boolean temporary,
            boolean active,
            @Nullable String walStatus,
            @Nullable Long safeWalBytes,
            @Nullable Long xminAge,
            @Nullable Long catalogXminAge,
            @Nullable Long retainedBytes,
            @Nullable Long unconfirmedBytes,
            @Nullable Double inactiveSeconds,
            @Nullable String invalidationReason,
            boolean synced,
            @Nullable Decoding decoding) {

        boolean lost() {
            return "lost".equals(walStatus) || invalidationReason != null;
        }

        boolean logical() {
            return slotType.equals("logical");
        }

        long retained() {
            return retainedBytes == null ? 0 : retainedBytes;
        }

        Slot with(@Nullable Decoding more) {
            return new Slot(
                    slotName,
                    plugin,
                    slotType,
                    database,
                    temporary,
                    active,
                    walStatus,
                    safeWalBytes,
                    xminAge,
                    catalogXminAge,
                    retainedBytes,
                    unconfirmedBytes,
                    inactiveSeconds,
                    invalidationReason,
                    synced,
                    more);
        }
    }

    /**
     * The slots of a server.
     *
     * @param keepBytes {@code max_slot_wal_keep_size}; null: without a limit, so that a slot can fill the disk
     * @param slots those that keep most first, at most 100; those that keep no WAL before
     */
    public record Listing(@Nullable Long keepBytes, List<Slot> slots, long total) {

        public Listing {
            slots = List.copyOf(slots);
        }

        Optional<Slot> named(String name) {
            return slots.stream().filter(slot -> slot.slotName.equals(name)).findFirst();
        }
    }

    private record Line(Slot slot, long keepMegabytes, long total) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(30));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RETAINED, RETAINED_HIGH, LIMIT, UNUSED, SPILLED);
    }

    @Override
    public Uni<Listing> collect(Session session) {
        int major = session.facts().major();
        String since = major >= 17 ? SINCE_17 : major == 16 ? SINCE_16 : SINCE_14;
        return session.rows(SQL.replace("{since}", since), Slots::line)
                .map(Slots::listing)
                .flatMap(listing -> decoding(session, listing));
    }

    /** Before PostgreSQL 15 a reader of these statistics waits for the collector, so only where there is something to read. */
    private static Uni<Listing> decoding(Session session, Listing listing) {
        if (listing.slots.stream().noneMatch(Slot::logical)) {
            return Uni.createFrom().item(listing);
        }
        Map<String, Decoding> byName = new HashMap<>();
        return session.rows(
                        DECODING,
                        row -> byName.put(
                                row.getString("slot_name"),
                                new Decoding(
                                        row.getLong("spill_txns"),
                                        row.getLong("spill_bytes"),
                                        row.getLong("stream_bytes"),
                                        row.getLong("total_bytes"),
                                        row.getDouble("reset"))))
                .map(rows -> new Listing(
                        listing.keepBytes,
                        listing.slots.stream()
                                .map(slot -> slot.with(byName.get(slot.slotName)))
                                .toList(),
                        listing.total));
    }

    private static Listing listing(List<Line> lines) {
        if (lines.isEmpty()) {
            return new Listing(null, List.of(), 0);
        }
        long megabytes = lines.getFirst().keepMegabytes;
        return new Listing(
                megabytes < 0 ? null : megabytes << 20,
                lines.stream().map(Line::slot).toList(),
                lines.getFirst().total);
    }

    private static Line line(Row row) {
        Slot slot = new Slot(
                row.getString("slot_name"),
                row.getString("plugin"),
                row.getString("slot_type"),
                RawText.of(row, "database"),
                row.getBoolean("temporary"),
                row.getBoolean("active"),
                row.getString("wal_status"),
                row.getLong("safe_wal_size"),
                row.getLong("xmin_age"),
                row.getLong("catalog_xmin_age"),
                row.getLong("retained"),
                row.getLong("unconfirmed"),
                row.getDouble("inactive_seconds"),
                row.getString("invalidation_reason"),
                row.getBoolean("synced"),
                null);
        return new Line(slot, row.getLong("keep"), row.getLong("total"));
    }

    @Override
    public List<Finding> evaluate(Listing now, Previous<Listing> previous, Target target) {
        return new SlotFindings(target.thresholds()).all(now, previous);
    }

    @Override
    public void export(Listing now, MetricSink sink) {
        sink.gauge("pgvigil_replication_slots", "Replication slots.", (double) now.total);
        now.slots.stream().filter(slot -> !slot.temporary).limit(MOST_SERIES).forEach(slot -> export(slot, sink));
    }

    private static void export(Slot slot, MetricSink sink) {
        String[] labels = {"slot_name", slot.slotName};
        sink.gauge(
                "pgvigil_replication_slot_retained_bytes",
                "WAL that the server keeps for the slot, for the 20 that keep most.",
                (double) slot.retained(),
                labels);
        sink.gauge("pgvigil_replication_slot_active", "1 if the slot is in use.", slot.active ? 1 : 0, labels);
        sink.gauge(
                "pgvigil_replication_slot_lost",
                "1 if the slot can no longer be used, because what it needs was removed.",
                slot.lost() ? 1 : 0,
                labels);
        Long safe = slot.safeWalBytes;
        if (safe != null) {
            sink.gauge(
                    "pgvigil_replication_slot_safe_wal_bytes",
                    "WAL that can be written until the slot may be lost.",
                    (double) safe,
                    labels);
        }
        Decoding decoding = slot.decoding;
        if (decoding != null) {
            sink.counter(
                    "pgvigil_replication_slot_spilled_bytes_total",
                    "Changes that logical decoding has written to disk.",
                    (double) decoding.spilledBytes,
                    labels);
        }
    }
}
