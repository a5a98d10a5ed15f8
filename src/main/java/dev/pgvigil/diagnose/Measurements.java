package dev.pgvigil.diagnose;

import dev.pgvigil.diagnose.PerformanceView.Times;
import dev.pgvigil.postgres.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runs of one query, or the openings of sessions. Used from one event loop. */
final class Measurements {

    private final List<Duration> took = new ArrayList<>();
    private int runs;
    private @Nullable Long rows;
    private @Nullable Failure failure;

    void succeeded(Duration time) {
        runs++;
        took.add(time);
    }

    void succeeded(Duration time, long count) {
        succeeded(time);
        rows = count;
    }

    void failed(Failure latest) {
        runs++;
        failure = latest;
    }

    @Nullable
    Long rows() {
        return rows;
    }

    /** The latest failure. */
    @Nullable
    Failure failure() {
        return failure;
    }

    int runs() {
        return runs;
    }

    int succeeded() {
        return took.size();
    }

    /** 0 if there was no run. */
    double successRate() {
        return runs == 0 ? 0 : (double) took.size() / runs;
    }

    Times times() {
        if (took.isEmpty()) {
            return new Times(runs, 0, null, null, null, null);
        }
        List<Duration> sorted = new ArrayList<>(took);
        Collections.sort(sorted);
        Duration sum = sorted.stream().reduce(Duration.ZERO, Duration::plus);
        return new Times(
                runs,
                sorted.size(),
                DiagnosticsView.milliseconds(sum.dividedBy(sorted.size())),
                DiagnosticsView.milliseconds(sorted.getFirst()),
                DiagnosticsView.milliseconds(sorted.getLast()),
                DiagnosticsView.milliseconds(sorted.get(nearestRank(sorted.size()))));
    }

    /** The smallest value that at least 95 % of all do not exceed. */
    private static int nearestRank(int size) {
        return Math.ceilDiv(size * 95, 100) - 1;
    }
}
