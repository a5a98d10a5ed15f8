package dev.pgvigil.slo;

import dev.pgvigil.check.HumanFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A chart over the window of a budget, as geometry for the template: 1,000 units wide, 100 high. Pure.
 *
 * @param now the latest value
 * @param summary a description as text
 * @param labels of the vertical axis, from top to bottom
 * @param times of the horizontal axis
 * @param path of the line
 * @param limit path of a horizontal line at what is still good; empty: it is not on the axis
 */
record BurnChart(
        String id,
        String title,
        String now,
        String summary,
        List<String> labels,
        List<String> times,
        String path,
        String limit) {

    private static final double WIDTH = 1_000;
    private static final double HEIGHT = 100;
    private static final double[] TOPS = {2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000};

    /**
     * How fast the budget burned in each part, and what was left of it after each.
     *
     * @param now the current second
     */
    static List<BurnChart> of(Slo slo, String target, SloHistory.Past past, long now) {
        long begin = now - slo.window().seconds();
        List<Objective.Part> shown = past.parts().stream()
                .filter(part -> part.begin() + part.seconds() > begin)
                .toList();
        String source = past.stored() ? "by the hour, from the store" : "from memory";
        return List.of(burn(slo, target, shown, begin, source), budget(slo, target, past, shown, begin, source));
    }

    private static BurnChart burn(Slo slo, String target, List<Objective.Part> parts, long begin, String source) {
        double most = parts.stream().mapToDouble(part -> rate(slo, part)).max().orElse(0);
        double top = top(most);
        StringBuilder path = new StringBuilder();
        long end = Long.MIN_VALUE;
        for (Objective.Part part : parts) {
            double y = HEIGHT * (1 - Math.min(1, rate(slo, part) / top));
            path.append(part.begin() == end ? 'L' : 'M');
            point(path, x(slo, part.begin(), begin), y);
            path.append('L');
            end = part.begin() + part.seconds();
            point(path, x(slo, end, begin), y);
        }
        double latest = parts.isEmpty() ? 0 : rate(slo, parts.getLast());
        return new BurnChart(
                "burn",
                "Burn rate of " + slo.name() + " on " + target,
                number(latest),
                "at most %s times the rate that lasts %s, %s".formatted(number(most), slo.window(), source),
                List.of(number(top), number(top / 2), "0"),
                times(slo, begin),
                path.toString(),
                String.format(Locale.ROOT, "M0 %.1fH1000", HEIGHT * (1 - 1 / top)));
    }

    private static BurnChart budget(
            Slo slo, String target, SloHistory.Past past, List<Objective.Part> shown, long begin, String source) {
        StringBuilder path = new StringBuilder();
        double least = 1;
        double latest = 1;
        long end = Long.MIN_VALUE;
        Left left = new Left(slo, past.parts());
        for (Objective.Part part : shown) {
            latest = left.after(part);
            least = Math.min(least, latest);
            path.append(part.begin() == end ? 'L' : 'M');
            end = part.begin() + part.seconds();
            double y = HEIGHT * (1 - Math.clamp(latest, 0, 1));
            if (path.length() > 0 && path.charAt(path.length() - 1) == 'M') {
                point(path, x(slo, part.begin(), begin), y);
                path.append('L');
            }
            point(path, x(slo, end, begin), y);
        }
        return new BurnChart(
                "budget",
                "Budget of " + slo.name() + " on " + target,
                HumanFormat.percent(latest),
                "%s of the budget of %s were left at the least, %s"
                        .formatted(HumanFormat.percent(least), slo.window(), source),
                List.of("100 %", "50 %", "0 %"),
                times(slo, begin),
                path.toString(),
                "");
    }

    /** What is left of the budget after each part, which must come in order. What is older than the parts is not known, and not subtracted. */
    private static final class Left {

        private final Slo slo;
        private final List<Objective.Part> parts;
        private int first;
        private int next;
        private double bad;
        private double excluded;

        Left(Slo slo, List<Objective.Part> parts) {
            this.slo = slo;
            this.parts = parts;
        }

        double after(Objective.Part part) {
            while (next < parts.size() && parts.get(next).begin() <= part.begin()) {
                bad += parts.get(next).counts().bad();
                excluded += parts.get(next).counts().excluded();
                next++;
            }
            long oldest = part.begin() + part.seconds() - slo.window().seconds();
            while (first < next && parts.get(first).begin() < oldest) {
                bad -= parts.get(first).counts().bad();
                excluded -= parts.get(first).counts().excluded();
                first++;
            }
            double expected = slo.window().seconds() - excluded;
            return expected <= 0 ? 1 : 1 - bad / expected / slo.budget();
        }
    }

    /** What was not excluded and bad, over the budget. */
    static double rate(Slo slo, Objective.Part part) {
        double expected = part.seconds() - part.counts().excluded();
        return expected <= 0 ? 0 : part.counts().bad() / expected / slo.budget();
    }

    private static double x(Slo slo, long second, long begin) {
        return Math.clamp((double) (second - begin) / slo.window().seconds(), 0, 1) * WIDTH;
    }

    private static void point(StringBuilder path, double x, double y) {
        path.append(String.format(Locale.ROOT, "%.1f %.1f", x, y));
    }

    private static double top(double most) {
        for (double top : TOPS) {
            if (most <= top) {
                return top;
            }
        }
        return most;
    }

    private static List<String> times(Slo slo, long begin) {
        Duration quarter = Duration.ofSeconds(slo.window().seconds() / 4);
        return IntStream.rangeClosed(0, 4)
                .mapToObj(i -> Instant.ofEpochSecond(begin)
                        .plus(quarter.multipliedBy(i))
                        .truncatedTo(ChronoUnit.DAYS)
                        .toString()
                        .substring(0, "2027-03-31".length()))
                .toList();
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
        return text.contains(".") ? text.replaceAll("0{1,2}$", "").replaceAll("\\.$", "") : text;
    }
}
