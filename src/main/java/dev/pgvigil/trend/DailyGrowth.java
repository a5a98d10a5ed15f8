package dev.pgvigil.trend;

import dev.pgvigil.check.forecast.TheilSen;
import dev.pgvigil.check.forecast.TheilSen.Slope;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The growth of one series, by Theil-Sen lines through the medians of the last two weeks. Pure. The share that it grows by a day is taken from
 * the logarithms: what grows by the same share each day is not a straight line otherwise.
 *
 * @param days medians that it is made from
 * @param level value of the line at the last of them
 * @param perDay slope of the line
 * @param ratio growth a day as a share
 * @param low the share is not less, with a confidence of 95 % for independent days
 * @param high nor more
 */
record DailyGrowth(int days, double lastDay, double level, double perDay, double ratio, double low, double high) {

    static final int WINDOW_DAYS = 14;

    /** Of the last two weeks. */
    static final int FEWEST_DAYS = TheilSen.FEWEST;

    /** The growth up to the last day; empty: too few days are known. */
    static Optional<DailyGrowth> of(Days all) {
        return all.size() == 0 ? Optional.empty() : at(all, all.day(all.size() - 1));
    }

    /** The growth up to a day, as it would have been told then. */
    static Optional<DailyGrowth> at(Days all, double day) {
        Days days = all.between(day - WINDOW_DAYS, day);
        Slope slope = TheilSen.of(days.days(), days.values());
        if (slope == null) {
            return Optional.empty();
        }
        double[] rests = new double[days.size()];
        for (int i = 0; i < rests.length; i++) {
            rests[i] = days.value(i) - slope.median() * (days.day(i) - day);
        }
        Arrays.sort(rests);
        double level = TheilSen.median(rests);
        Slope share = share(days);
        return Optional.of(new DailyGrowth(
                days.size(),
                day,
                level,
                slope.median(),
                share == null ? 0 : Math.expm1(share.median()),
                share == null ? 0 : Math.expm1(share.low()),
                share == null ? 0 : Math.expm1(share.high())));
    }

    /** Null: a share of nothing is nothing. */
    private static @Nullable Slope share(Days days) {
        double[] logarithms = new double[days.size()];
        for (int i = 0; i < logarithms.length; i++) {
            if (days.value(i) <= 0) {
                return null;
            }
            logarithms[i] = Math.log(days.value(i));
        }
        return TheilSen.of(days.days(), logarithms);
    }

    /** The value on a later day if the growth goes on. */
    double on(double day) {
        return Math.max(0, level + perDay * (day - lastDay));
    }
}
