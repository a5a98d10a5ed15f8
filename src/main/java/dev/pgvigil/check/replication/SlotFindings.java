package dev.pgvigil.check.replication;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.Slots.Decoding;
import dev.pgvigil.check.replication.Slots.Listing;
import dev.pgvigil.check.replication.Slots.Slot;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Thresholds;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Findings on replication slots: cause and action. Pure. */
record SlotFindings(Thresholds limits) {

    List<Finding> all(Listing now, Previous<Listing> previous) {
        return Stream.of(lost(now), nearLimit(now), retained(now, previous), spilled(now, previous), unused(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> lost(Listing now) {
        List<Slot> lost = matching(now, Slot::lost);
        return lost.stream()
                .findFirst()
                .map(slot -> Finding.of(
                                Slots.NAME,
                                "lost",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "a replication slot is lost",
                                "slot " + slot.slotName() + " can no longer be used" + reason(slot) + more(lost))
                        .threshold("at once")
                        .evidence(rows(lost))
                        .cause(cause(slot))
                        .action(
                                "Drop the slot. Whoever used it must begin anew: a standby from a base backup, unless it can restore the "
                                        + "missing WAL from an archive; a subscription or other consumer from a new copy of its tables.")
                        .sql("select pg_drop_replication_slot("
                                + Sql.literal(slot.slotName()).strip() + ")"));
    }

    private static String reason(Slot slot) {
        return slot.invalidationReason() == null ? "" : " (" + slot.invalidationReason() + ")";
    }

    private static String cause(Slot slot) {
        return switch (Objects.requireNonNullElse(slot.invalidationReason(), "wal_removed")) {
            case "rows_removed" ->
                "The primary removed rows of the catalogue that the slot on this standby needs: hot_standby_feedback was off, or "
                        + "the standby was away.";
            case "wal_level_insufficient" -> "wal_level on the primary is no longer logical.";
            case "idle_timeout" -> "Nobody used the slot for idle_replication_slot_timeout.";
            case String other ->
                "Its consumer was away or slow until the slot kept more WAL than max_slot_wal_keep_size allows, and "
                        + "the server removed it.";
        };
    }

    private Optional<Finding> nearLimit(Listing now) {
        Long keep = now.keepBytes();
        List<Slot> near = matching(now, slot -> !slot.lost() && keep != null && near(slot, keep));
        return near.stream()
                .min(Comparator.comparingLong(SlotFindings::safe))
                .map(slot -> Finding.of(
                                Slots.NAME,
                                "near-limit",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "a replication slot is about to be lost",
                                "slot %s keeps %s of WAL, %s until it may be lost%s"
                                        .formatted(
                                                slot.slotName(),
                                                HumanFormat.bytes(slot.retained()),
                                                HumanFormat.bytes(Math.max(0, safe(slot))),
                                                more(near)))
                        .threshold("%s of max_slot_wal_keep_size of %s"
                                .formatted(
                                        HumanFormat.percent(limits.of(Slots.LIMIT)),
                                        HumanFormat.bytes(Objects.requireNonNull(keep))))
                        .evidence(rows(near))
                        .cause(consumer(slot))
                        .action(
                                "Start or speed up its consumer; until then raise max_slot_wal_keep_size and reload, if the disk "
                                        + "has room. If nobody needs the slot, drop it.")
                        .sql(
                                "select slot_name, active, active_pid, wal_status, safe_wal_size from pg_replication_slots "
                                        + "where slot_name = "
                                        + Sql.literal(slot.slotName()).strip()));
    }

    private boolean near(Slot slot, long keep) {
        return "unreserved".equals(slot.walStatus())
                || (slot.safeWalBytes() != null && slot.safeWalBytes() <= keep * (1 - limits.of(Slots.LIMIT)));
    }

    private static long safe(Slot slot) {
        return slot.safeWalBytes() == null ? 0 : slot.safeWalBytes();
    }

    private Optional<Finding> retained(Listing now, Previous<Listing> previous) {
        if (now.keepBytes() != null) {
            return Optional.empty();
        }
        List<Slot> big = matching(now, slot -> !slot.lost() && slot.retained() >= limits.of(Slots.RETAINED));
        return big.stream().max(Comparator.comparingLong(Slot::retained)).map(slot -> {
            boolean high = slot.retained() >= limits.of(Slots.RETAINED_HIGH);
            return Finding.of(
                            Slots.NAME,
                            "retained",
                            Status.DEGRADED,
                            high ? Severity.HIGH : Severity.MEDIUM,
                            "a replication slot keeps WAL",
                            "slot %s%s keeps %s of WAL%s%s"
                                    .formatted(
                                            slot.slotName(),
                                            slot.active() ? "" : ", which nobody uses,",
                                            HumanFormat.bytes(slot.retained()),
                                            growth(slot, previous),
                                            more(big)))
                    .threshold("degraded from %s, high from %s"
                            .formatted(
                                    HumanFormat.bytes(limits.of(Slots.RETAINED)),
                                    HumanFormat.bytes(limits.of(Slots.RETAINED_HIGH))))
                    .evidence(rows(big))
                    .cause(consumer(slot)
                            + " max_slot_wal_keep_size is -1, so WAL is kept until the disk is full, and then the "
                            + "server stops.")
                    .action(
                            slot.active()
                                    ? "Look at what the consumer waits for, and whether a long transaction here holds decoding up. "
                                            + "Set max_slot_wal_keep_size, so that a slot is lost before the disk is full."
                                    : "Start its consumer, or drop the slot if nobody needs it. Set max_slot_wal_keep_size, so that "
                                            + "a slot is lost before the disk is full.")
                    .sql(
                            slot.active()
                                    ? "select * from pg_stat_replication where pid = (select active_pid from pg_replication_slots "
                                            + "where slot_name = "
                                            + Sql.literal(slot.slotName()).strip() + ")"
                                    : "select pg_drop_replication_slot("
                                            + Sql.literal(slot.slotName()).strip() + ")");
        });
    }

    private static String growth(Slot slot, Previous<Listing> previous) {
        Listing last = previous.value();
        double hours = previous.elapsed().toMillis() / 3_600_000.0;
        long before = last == null
                ? slot.retained()
                : last.named(slot.slotName()).map(Slot::retained).orElse(slot.retained());
        return hours <= 0 || before >= slot.retained()
                ? ""
                : ", " + HumanFormat.bytes((slot.retained() - before) / hours) + " more an hour";
    }

    private static String consumer(Slot slot) {
        String who = slot.logical() ? "subscription or other consumer of changes" : "standby";
        return slot.active()
                ? "The " + who + " of the slot is connected but slower than this server writes, or holds on to old WAL."
                : "The " + who
                        + " of the slot is not connected: it is down, cannot connect, or was removed without the slot.";
    }

    private Optional<Finding> spilled(Listing now, Previous<Listing> previous) {
        Listing last = previous.value();
        double minutes = previous.elapsed().toMillis() / 60_000.0;
        if (last == null || minutes <= 0) {
            return Optional.empty();
        }
        return now.slots().stream()
                .max(Comparator.comparingDouble((Slot slot) -> spilled(slot, last)))
                .filter(slot -> spilled(slot, last) / minutes >= limits.of(Slots.SPILLED))
                .map(slot -> Finding.of(
                                Slots.NAME,
                                "spilled",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "logical decoding spills to disk",
                                "decoding for slot %s writes %s a minute to disk"
                                        .formatted(slot.slotName(), HumanFormat.bytes(spilled(slot, last) / minutes)))
                        .threshold("from " + HumanFormat.bytes(limits.of(Slots.SPILLED)) + " a minute")
                        .cause(
                                "Transactions change more than fits into logical_decoding_work_mem, so that each walsender "
                                        + "writes their changes to pg_replslot until they commit.")
                        .action("Raise logical_decoding_work_mem, let the subscription stream large transactions "
                                + "(streaming = on), or divide them.")
                        .expectedEffect(
                                "Large transactions are decoded in memory or streamed, and subscribers lag less.")
                        .sql("select * from pg_stat_replication_slots where slot_name = "
                                + Sql.literal(slot.slotName()).strip()));
    }

    /** Bytes spilled since then; counters that were reset began at zero. */
    private static long spilled(Slot slot, Listing last) {
        Decoding now = slot.decoding();
        Decoding before = last.named(slot.slotName()).map(Slot::decoding).orElse(null);
        if (now == null || before == null) {
            return 0;
        }
        boolean reset = !Objects.equals(now.resetEpochSeconds(), before.resetEpochSeconds())
                || now.spilledBytes() < before.spilledBytes();
        return reset ? now.spilledBytes() : now.spilledBytes() - before.spilledBytes();
    }

    private Optional<Finding> unused(Listing now) {
        List<Slot> unused = matching(
                now,
                slot -> !slot.active()
                        && !slot.temporary()
                        && !slot.synced()
                        && !slot.lost()
                        && slot.inactiveSeconds() != null
                        && slot.inactiveSeconds() >= limits.of(Slots.UNUSED));
        return unused.stream()
                .max(Comparator.comparingDouble(SlotFindings::inactive))
                .map(slot -> Finding.of(
                                Slots.NAME,
                                "unused",
                                Status.HEALTHY,
                                Severity.LOW,
                                "nobody uses a replication slot",
                                "slot %s has not been used for %s%s"
                                        .formatted(slot.slotName(), HumanFormat.seconds(inactive(slot)), more(unused)))
                        .threshold("from " + HumanFormat.seconds(limits.of(Slots.UNUSED)))
                        .evidence(rows(unused))
                        .cause(
                                "A standby or consumer was removed without its slot, or is away for long. The slot keeps WAL, and may "
                                        + "keep vacuum from removing dead rows.")
                        .action("Drop the slot if nobody needs it.")
                        .expectedEffect("WAL and dead rows that the slot keeps can be removed.")
                        .sql("select pg_drop_replication_slot("
                                + Sql.literal(slot.slotName()).strip() + ")"));
    }

    private static double inactive(Slot slot) {
        return slot.inactiveSeconds() == null ? 0 : slot.inactiveSeconds();
    }

    private static List<Slot> matching(Listing now, Predicate<Slot> condition) {
        return now.slots().stream().filter(condition).toList();
    }

    private static String more(List<Slot> slots) {
        return slots.size() == 1 ? "" : "; " + (slots.size() - 1) + " more";
    }

    private static List<Map<String, Object>> rows(List<Slot> slots) {
        return slots.stream()
                .limit(EvidenceRow.MOST)
                .map(slot -> EvidenceRow.of(
                        "slot_name",
                        slot.slotName(),
                        "slot_type",
                        slot.slotType(),
                        "database",
                        slot.database(),
                        "active",
                        slot.active(),
                        "wal_status",
                        slot.walStatus(),
                        "retained_bytes",
                        slot.retainedBytes(),
                        "invalidation_reason",
                        slot.invalidationReason()))
                .toList();
    }
}
