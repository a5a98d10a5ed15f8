package dev.pgvigil.slo;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Finding;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The objectives of all targets. It has no clock: each tick is told the time. One thread ticks, reads and writes; {@link #report} and
 * {@link #of} can be called from any.
 */
final class Objectives {

    /** About 8 KB each. */
    static final int MOST = 5_000;

    private final Catalogue catalogue;
    private volatile Map<Key, Placed> objectives = Map.of();
    private volatile SloReport report = SloReport.NONE;
    private volatile Map<String, TargetBurn> burns = Map.of();

    /** Counts that were read and whose target is not there yet. */
    private Map<Key, Objective> waiting = Map.of();

    private Slos slos = Slos.NONE;

    /** Which counts belong together. */
    private record Key(String slo, String target) {}

    /** The counts of a target, and what they are for. */
    private record Placed(Slo slo, Target target, Duration interval, Objective counts) {}

    Objectives(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** Uses this configuration from the next tick on. */
    void configure(Slos configured) {
        slos = configured;
    }

    /** The state as of the latest tick. */
    SloReport report() {
        return report;
    }

    /** How urgently the budgets of each target burn, by its name; targets without an objective are not there. */
    Map<String, TargetBurn> burns() {
        return burns;
    }

    @Nullable
    Objective of(String slo, String target) {
        Placed placed = objectives.get(new Key(slo, target));
        return placed == null ? null : placed.counts();
    }

    /**
     * Records one second of every objective.
     *
     * @param now the time by which observations are old or not
     * @param second the second, since 1970
     * @return findings that opened, changed their severity or closed
     */
    List<FleetEvent> tick(Snapshot snapshot, Instant now, long second) {
        Map<Key, Placed> next = new LinkedHashMap<>();
        int omitted = 0;
        for (Slo slo : slos.all()) {
            for (TargetState state : snapshot.targets().values()) {
                Optional<Duration> interval =
                        slo.selects(state.target()) ? slo.interval(state.target(), catalogue) : Optional.empty();
                if (interval.isPresent() && next.size() >= MOST) {
                    omitted++;
                } else if (interval.isPresent()) {
                    Key key = new Key(slo.name(), state.target().name());
                    next.put(key, new Placed(slo, state.target(), interval.get(), counts(key, slo)));
                }
            }
        }
        objectives = next;
        return publish(snapshot, now, second, omitted);
    }

    private Objective counts(Key key, Slo slo) {
        Placed placed = objectives.get(key);
        Objective kept = placed == null ? waiting.get(key) : placed.counts();
        return kept != null && kept.measured().equals(slo.measured())
                ? kept
                : new Objective(slo.measured(), slo.window());
    }

    private List<FleetEvent> publish(Snapshot snapshot, Instant now, long second, int omitted) {
        List<ObjectiveStatus> statuses = new ArrayList<>(objectives.size());
        for (Placed placed : objectives.values()) {
            TargetState state = snapshot.targets().get(placed.target().name());
            if (state != null) {
                statuses.add(record(placed, state, snapshot, now, second));
            }
        }
        SloReport before = report;
        report = new SloReport(statuses, slos, omitted);
        burns = burns(statuses, second);
        return changes(before.findings(), report.findings(), now);
    }

    private Map<String, TargetBurn> burns(List<ObjectiveStatus> statuses, long second) {
        Map<String, TargetBurn> measured = new HashMap<>();
        statuses.forEach(
                status -> measured.merge(status.target().name(), TargetBurn.of(status, second), TargetBurn::worse));
        Map<String, TargetBurn> before = burns;
        measured.replaceAll((target, now) -> {
            TargetBurn earlier = before.get(target);
            return earlier == null ? now : earlier.then(now);
        });
        return Collections.unmodifiableMap(measured);
    }

    private ObjectiveStatus record(Placed placed, TargetState state, Snapshot snapshot, Instant now, long second) {
        Slo slo = placed.slo();
        Instant time = Instant.ofEpochSecond(second);
        return placed.counts()
                .record(
                        slo,
                        placed.target(),
                        second,
                        Indicator.of(slo, state, snapshot, placed.interval(), now),
                        slos.maintenance().stream()
                                .anyMatch(
                                        window -> window.covers(placed.target().name(), time)));
    }

    private static List<FleetEvent> changes(
            Map<String, Map<String, Finding>> before, Map<String, Map<String, Finding>> after, Instant now) {
        List<FleetEvent> changes = new ArrayList<>();
        before.forEach((target, findings) -> findings.forEach((key, finding) -> {
            if (!after.getOrDefault(target, Map.of()).containsKey(key)) {
                changes.add(new FleetEvent.Closed(now, target, finding));
            }
        }));
        after.forEach((target, findings) -> findings.forEach((key, finding) -> {
            Finding open = before.getOrDefault(target, Map.of()).get(key);
            if (open == null) {
                changes.add(new FleetEvent.Opened(now, target, finding));
            } else if (open.severity() != finding.severity()) {
                changes.add(new FleetEvent.Updated(now, target, finding));
            }
        }));
        return changes;
    }

    /**
     * Hours that are complete and were not returned before.
     *
     * @param now the current second
     */
    List<SloHour> completeHours(long now) {
        List<SloHour> hours = new ArrayList<>();
        objectives.forEach((key, placed) -> placed.counts()
                .completeHours(now)
                .forEach(part -> hours.add(
                        new SloHour(Instant.ofEpochSecond(part.begin()), key.slo(), key.target(), part.counts()))));
        return hours;
    }

    /** Writes all counts. */
    void write(DataOutput out) throws IOException {
        Map<Key, Objective> all = new LinkedHashMap<>();
        objectives.forEach((key, placed) -> all.put(key, placed.counts()));
        waiting.forEach(all::putIfAbsent);
        List<Map.Entry<Key, Objective>> some =
                all.entrySet().stream().limit(MOST).toList();
        out.writeInt(some.size());
        for (Map.Entry<Key, Objective> entry : some) {
            out.writeUTF(entry.getKey().slo());
            out.writeUTF(entry.getKey().target());
            out.writeUTF(entry.getValue().measured());
            out.writeByte(entry.getValue().window().days());
            entry.getValue().write(out);
        }
    }

    /**
     * Reads what was written; an objective that measures the same continues from there.
     *
     * @param now the current second
     * @return the number of objectives that were read
     */
    int read(DataInput in, long now) throws IOException {
        Map<Key, Objective> read = new HashMap<>();
        int count = in.readInt();
        if (count < 0 || count > MOST) {
            throw new IOException(count + " objectives");
        }
        for (int i = 0; i < count; i++) {
            Key key = new Key(in.readUTF(), in.readUTF());
            String measured = in.readUTF();
            BudgetWindow window = BudgetWindow.of(Duration.ofDays(in.readUnsignedByte()));
            if (window == null) {
                throw new IOException("a window that does not exist");
            }
            Objective objective = new Objective(measured, window);
            objective.read(in, now);
            if (!objective.outdated(now)) {
                read.put(key, objective);
            }
        }
        waiting = Map.copyOf(read);
        return read.size();
    }

    /** Discards what was read. */
    void forget() {
        waiting = Map.of();
    }
}
