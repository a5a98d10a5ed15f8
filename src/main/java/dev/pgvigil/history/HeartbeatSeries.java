package dev.pgvigil.history;

import java.util.List;

/**
 * The heartbeats of a stretch of time.
 *
 * @param min shortest round trip in milliseconds; 0 where none was answered, as the mean and the longest are
 * @param lost asked and not answered; both counts 0: not observed, so that nothing is known
 * @param carried nobody was to look in this stretch, so that these are the ones of a stretch before
 */
public record HeartbeatSeries(double min, double mean, double max, int answered, int lost, boolean carried) {

    public static final HeartbeatSeries NONE = new HeartbeatSeries(0, 0, 0, 0, 0);

    public HeartbeatSeries(double min, double mean, double max, int answered, int lost) {
        this(min, mean, max, answered, lost, false);
    }

    public boolean observed() {
        return answered + lost > 0;
    }

    /** How many were lost in these stretches, each counted once however far it is carried. */
    public static int lost(List<HeartbeatSeries> stretches) {
        return stretches.stream()
                .filter(beats -> !beats.carried)
                .mapToInt(HeartbeatSeries::lost)
                .sum();
    }

    HeartbeatSeries carry() {
        return new HeartbeatSeries(min, mean, max, answered, lost, true);
    }

    /** These and those together. */
    HeartbeatSeries plus(HeartbeatSeries more) {
        if (more.answered == 0) {
            return new HeartbeatSeries(min, mean, max, answered, lost + more.lost);
        }
        if (answered == 0) {
            return new HeartbeatSeries(more.min, more.mean, more.max, more.answered, lost + more.lost);
        }
        int all = answered + more.answered;
        return new HeartbeatSeries(
                Math.min(min, more.min),
                (mean * answered + more.mean * more.answered) / all,
                Math.max(max, more.max),
                all,
                lost + more.lost);
    }
}
