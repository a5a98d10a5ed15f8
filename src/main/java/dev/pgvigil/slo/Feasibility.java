package dev.pgvigil.slo;

import dev.pgvigil.config.Quantity;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Whether an objective can be measured, and its page fire, with the arithmetic. Pure. */
final class Feasibility {

    /** Fewer failed measurements in an hour are no evidence for a page. */
    private static final int EVIDENCE = 3;

    private Feasibility() {}

    /** The reason why its page can never fire; empty: it can. */
    static Optional<String> page(Slo slo) {
        BurnRule fast = slo.window().rules().getFirst();
        double needed = fast.factor() * slo.budget();
        if (needed < 1) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "can never page: %s leaves a budget of %s, a page over %s needs %.4g times that, %s of the time; the objective must be"
                        + " above %s",
                percent(slo.ratio()),
                percent(slo.budget()),
                fast.longWindow(),
                fast.factor(),
                percent(needed),
                percent(1 - 1 / fast.factor())));
    }

    /** The reason why measurements at this interval are too coarse; empty: they are not. */
    static Optional<String> measure(Slo slo, String target, Duration interval) {
        BurnRule fast = slo.window().rules().getFirst();
        double page = fast.longWindow().seconds() * fast.factor() * slo.budget();
        // a failed measurement lasts until the next one, and a second is the finest that is counted
        double each = Math.max(interval.toMillis() / 1e3, 1);
        double longest = page / (EVIDENCE - 1);
        if (each < longest) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "cannot be measured on %s: it is measured every %s, so one failure is %.4g s, %s of the budget of %s; %.4g s in %s page,"
                        + " which are fewer than %d failures; the interval must be shorter than %.4g s, or the objective at most %s",
                target,
                Quantity.show(interval),
                each,
                percent(each / (slo.budget() * slo.window().seconds())),
                slo.window(),
                page,
                fast.longWindow(),
                EVIDENCE,
                longest,
                percent(1 - (EVIDENCE - 1) * each / (fast.longWindow().seconds() * fast.factor()))));
    }

    private static String percent(double ratio) {
        return String.format(Locale.ROOT, "%.5g", ratio * 100)
                        .replaceAll("0+$", "")
                        .replaceAll("\\.$", "") + " %";
    }
}
