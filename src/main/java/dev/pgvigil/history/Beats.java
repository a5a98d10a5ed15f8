package dev.pgvigil.history;

import java.util.List;

/**
 * The heartbeats of a stretch of time.
 *
 * @param min shortest round trip in milliseconds; 0 where none was answered, as the mean and the longest are
 * @param lost asked and not answered; both counts 0: not observed, so that nothing is known
 * @param carried nobody was to look in this stretch, so that these are the ones of a stretch before
 */
public record Beats(double min, double mean, double max, int answered, int lost, boolean carried) {

    public static final Beats NONE = new Beats(0, 0, 0, 0, 0);

    public Beats(double min, double mean, double max, int answered, int lost) {
        this(min, mean, max, answered, lost, false);
    }

    public boolean observed() {
        return answered + lost > 0;
    }

    /** How many were lost in these stretches, each counted once however far it is carried. */
    public static int lost(List<Beats> stretches) {
        return stretches.stream()
                .filter(beats -> !beats.carried)
                .mapToInt(Beats::lost)
                .sum();
    }

    Beats carry() {
        return new Beats(min, mean, max, answered, lost, true);
    }

    /** These and those together. */
    Beats plus(Beats more) {
        if (more.answered == 0) {
            return new Beats(min, mean, max, answered, lost + more.lost);
        }
        if (answered == 0) {
            return new Beats(more.min, more.mean, more.max, more.answered, lost + more.lost);
        }
        int all = answered + more.answered;
        return new Beats(
                Math.min(min, more.min),
                (mean * answered + more.mean * more.answered) / all,
                Math.max(max, more.max),
                all,
                lost + more.lost);
    }
}
