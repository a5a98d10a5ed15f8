package dev.pgvigil.check.schema;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.schema.Indexes.Index;
import dev.pgvigil.check.schema.Indexes.Listing;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Findings on indexes: cause and action. Pure. */
record IndexFindings(Thresholds limits) {

    List<Finding> all(Listing now) {
        return Stream.of(invalid(now), covered(now), unused(now))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> invalid(Listing now) {
        List<Index> invalid = now.invalid().indexes();
        return invalid.stream()
                .max((one, other) -> Boolean.compare(one.unique(), other.unique()))
                .map(index -> Finding.of(
                                Indexes.NAME,
                                "invalid",
                                index.unique() ? Status.DEGRADED : Status.HEALTHY,
                                index.unique() ? Severity.LOW : Severity.MEDIUM,
                                index.unique() ? "a unique index is invalid" : "an index is invalid",
                                index.label() + " on " + index.relname()
                                        + more(now.invalid().total()))
                        .threshold("at once, unless a session builds or drops it")
                        .evidence(rows(invalid))
                        .cause(
                                "CREATE, REINDEX or DROP INDEX CONCURRENTLY failed or was cancelled. Queries do not use the index, but "
                                        + "every write maintains it."
                                        + (index.unique() ? " It does not guarantee that its values are unique." : ""))
                        .action(
                                leftover(index)
                                        ? "Drop it: REINDEX left it. Then reindex again."
                                        : "Rebuild it, or drop it. A unique index cannot be rebuilt while there are duplicates.")
                        .sql(
                                leftover(index)
                                        ? "drop index concurrently " + index.quoted()
                                        : "reindex index concurrently " + index.quoted())
                        .expectedEffect(
                                leftover(index)
                                        ? "Writes no longer maintain an index that no query uses."
                                        : "Queries can use the index, for which each write pays already."));
    }

    private static boolean leftover(Index index) {
        return index.indexrelname().matches(".*_cc(new|old)[0-9]*");
    }

    private Optional<Finding> covered(Listing now) {
        List<Index> covered = now.covered().indexes().stream()
                .filter(index -> index.bytes() >= limits.of(Indexes.DUPLICATE_SIZE))
                .toList();
        return covered.stream()
                .findFirst()
                .map(index -> Finding.of(
                                Indexes.NAME,
                                "duplicate",
                                Status.HEALTHY,
                                Severity.LOW,
                                "an index is superfluous",
                                "%s on %s (%s): %s does the same%s"
                                        .formatted(
                                                index.label(),
                                                index.relname(),
                                                HumanFormat.bytes(index.bytes()),
                                                HumanFormat.orUnknown(index.other()),
                                                more(covered.size())))
                        .threshold("from " + HumanFormat.bytes(limits.of(Indexes.DUPLICATE_SIZE)))
                        .evidence(rows(covered))
                        .cause(
                                "Another index has the same columns, or begins with them. Each write maintains both, and both take room in "
                                        + "the cache.")
                        .action(
                                "Drop it. Where the other one is much larger, queries on these columns alone may become a little slower.")
                        .sql("drop index concurrently " + index.quoted())
                        .expectedEffect(freed(covered)));
    }

    private Optional<Finding> unused(Listing now) {
        double age = limits.of(Indexes.UNUSED_AGE);
        List<Index> unused = now.unused().indexes().stream()
                .filter(index -> index.bytes() >= limits.of(Indexes.UNUSED_SIZE))
                .filter(index -> isUnused(index, now.statisticsSeconds(), age))
                .toList();
        return unused.stream()
                .findFirst()
                .map(index -> Finding.of(
                                Indexes.NAME,
                                "unused",
                                Status.HEALTHY,
                                Severity.LOW,
                                "an index is not used",
                                "%s on %s (%s) was not scanned for %s%s"
                                        .formatted(
                                                index.label(),
                                                index.relname(),
                                                HumanFormat.bytes(index.bytes()),
                                                HumanFormat.seconds(orZero(
                                                        index.idleSeconds() == null
                                                                ? now.statisticsSeconds()
                                                                : index.idleSeconds())),
                                                more(unused.size())))
                        .threshold("from %s, not scanned for %s"
                                .formatted(HumanFormat.bytes(limits.of(Indexes.UNUSED_SIZE)), HumanFormat.seconds(age)))
                        .evidence(rows(unused))
                        .cause(
                                "No query has used it for so long, and each write maintains it. A standby counts its own queries, which "
                                        + "are not seen here.")
                        .action(
                                "Look at pg_stat_user_indexes on every standby too, and think of yearly jobs; then drop it.")
                        .sql("drop index concurrently " + index.quoted())
                        .expectedEffect(freed(unused)));
    }

    private static String freed(List<Index> indexes) {
        return "Frees "
                + HumanFormat.bytes(indexes.stream().mapToLong(Index::bytes).sum())
                + (indexes.size() == 1
                        ? "; writes maintain one index less."
                        : "; writes maintain " + indexes.size() + " indexes less, if all are dropped.");
    }

    /** An index that was never scanned may be new: the server does not know its age. */
    private static boolean isUnused(Index index, @Nullable Double statistics, double age) {
        Double idle = index.idleSeconds();
        if (idle != null) {
            return idle >= age;
        }
        return orZero(statistics) >= age
                && orZero(index.knownSeconds()) >= Math.min(age, (double) Indexes.KNOWN.toSeconds());
    }

    private static double orZero(@Nullable Double seconds) {
        return seconds == null ? 0 : seconds;
    }

    private static String more(long number) {
        return number <= 1 ? "" : "; " + (number - 1) + " more";
    }

    private static List<Map<String, Object>> rows(List<Index> indexes) {
        return indexes.stream()
                .limit(EvidenceRow.MOST)
                .map(index -> EvidenceRow.of(
                        "schemaname",
                        index.schemaname(),
                        "relname",
                        index.relname(),
                        "indexrelname",
                        index.indexrelname(),
                        "unique",
                        index.unique(),
                        "size_bytes",
                        index.bytes(),
                        "covered_by",
                        index.other()))
                .toList();
    }
}
